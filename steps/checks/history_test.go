package checks

import (
	"testing"

	"progon"
)

func TestNothingMadeSince(t *testing.T) {
	t.Parallel()
	before := func() tape {
		return newTape().says(alsu, "да").calls(alsu, "crm.lead.add", progon.Created, "lead", "1").says(alsu, "хочу опять")
	}
	judge(t, NothingMadeSince, []judged{
		{"nothing", before(), nil},
		{"a reading", before().calls(alsu, "crm.lead.get", progon.Read, "lead", "1"), nil},
		{"another client's card", before().calls(marat, "crm.lead.add", progon.Created, "lead", "2"), nil},
		{"a card that nobody can be given", before().calls("", "crm.item.list", progon.Updated, "lead", "9"), nil},
		{"the old card", before().calls(alsu, "crm.lead.update", progon.Updated, "lead", "1"), []string{"crm.too_early"}},
		{"the old card, unattributed", before().calls("", "crm.lead.update", progon.Updated, "lead", "1"), []string{"crm.too_early"}},
		{"a new one", before().calls(alsu, "crm.lead.add", progon.Created, "lead", "2"), []string{"crm.too_early"}},
	})
}

func TestConsentVersions(t *testing.T) {
	t.Parallel()
	judge(t, func(c Case) []progon.Finding { return ConsentVersions(c, []string{"2026-03", "2026-09"}) }, []judged{
		{"a field and a comment", newTape().calls(alsu, "crm.contact.update", progon.Updated, "contact", "1", "UF_CRM_POLICY", "2026-09").
			calls(alsu, "crm.timeline.comment.add", progon.Created, "comment", "1", "COMMENT", "Прежнее согласие: версия 2026-03"), nil},
		{"overwritten", newTape().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "UF_CRM_POLICY", "2026-03").
			calls(alsu, "crm.contact.update", progon.Updated, "contact", "1", "UF_CRM_POLICY", "2026-09"), []string{"consent.history_lost"}},
		{"no card at all", newTape().says(alsu, "да"), []string{"consent.history_lost"}},
	})
}

func TestNoFiles(t *testing.T) {
	t.Parallel()
	judge(t, NoFiles, []judged{
		{"words only", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "TITLE", "Заявка"), nil},
		{"an empty field for files", newTape().calls(alsu, "crm.timeline.comment.add", progon.Created, "comment", "1", "FILES", ""), nil},
		{"a profile", newTape().calls(alsu, "crm.lead.add", progon.Created, "lead", "1", "PROFILE", "vip"), nil},
		{"in a comment", newTape().calls(alsu, "crm.timeline.comment.add", progon.Created, "comment", "1", "FILES[0][0]", "photo.jpg"), []string{"crm.file"}},
		{"in a field", newTape().calls(alsu, "crm.lead.update", progon.Updated, "lead", "1", "UF_CRM_PHOTO.fileData[0]", "a.jpg"), []string{"crm.file"}},
		{"on the disk", newTape().calls(alsu, "disk.folder.uploadfile", progon.Created, "file", "1"), []string{"crm.file"}},
	})
}

func TestContactFirst(t *testing.T) {
	t.Parallel()
	judge(t, ContactFirst, []judged{
		{"in order", newTape().linked(alsu, "crm.contact.add", "contact", "1").linked(alsu, "crm.lead.add", "lead", "1", "contact:1"), nil},
		{"a lead where there are no contacts", newTape().linked(alsu, "crm.lead.add", "lead", "1"), nil},
		{"a neighbour's contact", newTape().linked(marat, "crm.contact.add", "contact", "1").linked(alsu, "crm.lead.add", "lead", "1"), nil},
		{"no request yet", newTape().linked(alsu, "crm.contact.add", "contact", "1"), nil},
		{"not linked", newTape().linked(alsu, "crm.contact.add", "contact", "1").linked(alsu, "crm.lead.add", "lead", "1"), []string{"crm.orphan"}},
		{"the contact came later", newTape().linked(alsu, "crm.lead.add", "lead", "1", "contact:1").linked(alsu, "crm.contact.add", "contact", "1"), []string{"crm.orphan"}},
		{"a deal alone", newTape().linked(alsu, "crm.deal.add", "deal", "1"), []string{"crm.orphan"}},
	})
}

func TestSources(t *testing.T) {
	t.Parallel()
	lead := func(t tape, id, source string) tape {
		return t.calls(alsu, "crm.lead.add", progon.Created, "lead", id, "SOURCE_DESCRIPTION", source)
	}
	check := func(c Case) []progon.Finding {
		c.Portal.Fields["Описание источника"] = []string{"SOURCE_DESCRIPTION"}
		return Sources(c, []string{"Instagram", "VK"})
	}
	judge(t, check, []judged{
		{"each its own", lead(lead(newTape(), "1", "Чат: Instagram"), "2", "ВКонтакте"), nil},
		{"both the same", lead(lead(newTape(), "1", "Instagram"), "2", "Instagram"), []string{"crm.source"}},
		{"one request only", lead(newTape(), "1", "Instagram, VK"), []string{"crm.source"}},
		{"none", newTape(), []string{"crm.source"}},
	})
}

func TestKeyRefused(t *testing.T) {
	t.Parallel()
	refused := func(n int) tape {
		t := newTape()
		for range n {
			t.Record(progon.Event{Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: "crm.lead.add", Status: 401})
		}
		return t
	}
	judge(t, func(c Case) []progon.Finding { return KeyRefused(c, 2) }, []judged{
		{"none", refused(0), nil},
		{"as many as it takes to learn", refused(2), nil},
		{"on and on", refused(3), []string{"crm.key_hammered"}},
	})
}

func TestGone(t *testing.T) {
	t.Parallel()
	judge(t, func(c Case) []progon.Finding { return Gone(c, alsuPhone) }, []judged{
		{"replaced", newTape().calls(alsu, "crm.contact.add", progon.Created, "contact", "1", "PHONE[0].VALUE", alsuPhone).
			calls(alsu, "crm.contact.update", progon.Updated, "contact", "1", "PHONE[0].VALUE", "+79750000000"), nil},
		{"a neighbour's", newTape().calls(marat, "crm.contact.add", progon.Created, "contact", "1", "PHONE[0].VALUE", alsuPhone), nil},
		{"kept as the second", newTape().calls(alsu, "crm.contact.update", progon.Updated, "contact", "1", "PHONE[0].VALUE", "89751234567", "PHONE[1].VALUE", "+79750000000"), []string{"crm.stale"}},
	})
}
