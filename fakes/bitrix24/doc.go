// Package bitrix24 is a fake portal of Bitrix24 that real, unmodified SDKs and bots talk
// to. Level 4 of the fakes (see [progon/fakes]): shape, refusals, state and timing.
//
// Start reading at [New] and [Server.ServeHTTP]; a call goes
//
//	rest.go      address, auth, decoding (decode.go), faults, limits (limits.go)
//	server.go    the table of methods; batch.go runs several in one call
//	rights.go    what the caller may see and write
//	<family>.go  the methods: cards, items, links, convert, directories, pipelines,
//	             userfields, products, options, timeline, activities, tasks, users, system, bots, bots2,
//	             lines, linecrm, connectors, booking, resources, calendar, events, oauth
//	rest.go      the answer, in the portal's own envelope and spelling (array.go)
//
// What people do in the portal is in people.go and lines.go, a portal described in YAML in
// seed.go, the page for people in window.go, the commands for tests in control.go. A call
// is recorded as one [progon.Event] with its effects; the commands of a batch are
// events of their own. Classic and universal methods are two views of one store: effects
// always have the classic kinds (lead, contact, company, deal) and field codes. A method
// that the fake does not know is answered as the portal answers, and marked as a gap.
//
// Cards live in vectors of immutable records (vector.go, record.go), so that a snapshot
// costs microseconds; lists are filtered by columns that are built on demand (query.go).
//
// # Where the answers come from
//
// Shapes, refusals and statuses are those of the vendor's public documentation of the
// REST API as of August 2026; each family's file names its page. Where the pages are
// silent, the behaviour is what the vendor's SDKs for JavaScript, PHP and Python rely on;
// where sources disagree, [Quirks] decides. The folder conformance drives the fake with
// such SDKs.
//
// # What is not modelled
//
//   - smart processes, quotes and invoices (crm.item.* with other types), the catalogue,
//     requisites, robots and business processes;
//   - REST 3.0 (/rest/api/), answers in XML, offline events, the waiting list of booking;
//   - files: a file field keeps the name and the content that were sent, there is no disk;
//   - activities with more than one owner, repeating calendar events;
//   - the merge of duplicates, and the rights of departments: rights are by role;
//   - placements, telephony, mail; group chats and reactions of bots.
//
// «progon fake bitrix24 --methods» prints every method with its level: «состояние» keeps
// state, «форма» only has the right shape.
package bitrix24
