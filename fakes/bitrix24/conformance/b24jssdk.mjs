// Drives the fake portal with the vendor's own SDK, unmodified, over https. The SDK forces
// https and keeps the port; the authority of the run comes in NODE_EXTRA_CA_CERTS.
// Every check prints one line; the first that fails ends the process with 1.
import assert from 'node:assert/strict'
import { B24Hook, B24OAuth } from '@bitrix24/b24jssdk'

const webhook = process.env.WEBHOOK
const control = process.env.CONTROL
const b24 = B24Hook.fromWebhookUrl(webhook)
const call = async (method, params = {}) => {
  const answer = await b24.actions.v2.call.make({ method, params })
  assert.ok(answer.isSuccess, `${method}: ${answer.getErrorMessages().join('; ')}`)
  return answer.getData().result
}
const check = async (name, run) => {
  await run()
  console.log('ok ' + name)
}
const fault = async (what, howLong) => {
  const r = await fetch(control + 'fail', { method: 'POST', body: JSON.stringify({ what, how_long: howLong }) })
  assert.equal(r.status, 200)
}

await check('add, get, update, list, delete with multifields', async () => {
  const id = await call('crm.lead.add', { fields: { TITLE: 'Заявка', NAME: 'Алсу', PHONE: [{ VALUE: '+79000000101', VALUE_TYPE: 'MOBILE' }] } })
  assert.equal(typeof id, 'number')
  const lead = await call('crm.lead.get', { id })
  assert.equal(lead.ID, String(id))
  assert.equal(lead.PHONE[0].VALUE, '+79000000101')
  assert.equal(await call('crm.lead.update', { id, fields: { PHONE: [{ ID: lead.PHONE[0].ID, VALUE: '+79000000102' }], COMMENTS: 'x' } }), true)
  const found = await call('crm.lead.list', { filter: { PHONE: '+79000000102' }, select: ['ID', 'PHONE'] })
  assert.deepEqual(found.map(l => l.PHONE.map(p => p.VALUE)), [['+79000000102']])
  assert.equal(await call('crm.lead.delete', { id }), true)
})

await check('server.time and the health check', async () => {
  assert.equal(await b24.tools.healthCheck.make({ requestId: 'health' }), true)
})

await check('fetch all over 130 rows with a filter', async () => {
  for (let from = 0; from < 130; from += 50) {
    const calls = []
    for (let i = from; i < Math.min(from + 50, 130); i++) {
      calls.push({ method: 'crm.deal.add', params: { fields: { TITLE: 'Сделка ' + i, SOURCE_ID: i % 2 ? 'WEB' : 'CALL' } } })
    }
    const answer = await b24.actions.v2.batch.make({ calls, options: { isHaltOnError: true } })
    assert.ok(answer.isSuccess, answer.getErrorMessages().join('; '))
  }
  const all = await b24.actions.v2.callList.make({ method: 'crm.deal.list', params: { select: ['ID', 'TITLE'] }, idKey: 'ID' })
  assert.equal(all.getData().length, 130)
  const web = await b24.actions.v2.callList.make({ method: 'crm.deal.list', params: { filter: { SOURCE_ID: 'WEB' }, select: ['ID'] }, idKey: 'ID' })
  assert.equal(web.getData().length, 65)
  const items = await b24.actions.v2.callList.make({ method: 'crm.item.list', params: { entityTypeId: 2, select: ['id'] }, idKey: 'id', customKeyForResult: 'items' })
  assert.equal(items.getData().length, 130)
  let fetched = 0
  for await (const page of b24.actions.v2.fetchList.make({ method: 'crm.deal.list', params: { select: ['ID'] }, idKey: 'ID' })) fetched += page.length
  assert.equal(fetched, 130)
})

await check('batch with references', async () => {
  const answer = await b24.actions.v2.batch.make({
    calls: {
      contact: { method: 'crm.contact.add', params: { fields: { NAME: 'Ильнур' } } },
      deal: { method: 'crm.deal.add', params: { fields: { TITLE: 'Запись', CONTACT_ID: '$result[contact]' } } },
      read: { method: 'crm.deal.get', params: { id: '$result[deal]' } }
    },
    options: { isHaltOnError: true, returnAjaxResult: true }
  })
  assert.ok(answer.isSuccess, answer.getErrorMessages().join('; '))
  const data = answer.getData()
  assert.equal(data.read.getData().result.CONTACT_ID, String(data.contact.getData().result))
})

await check('errors of one command of a batch', async () => {
  const answer = await b24.actions.v2.batch.make({
    calls: { good: { method: 'user.current', params: {} }, bad: { method: 'crm.item.get', params: { entityTypeId: 1, id: 999999 } } },
    options: { isHaltOnError: false, returnAjaxResult: true }
  })
  assert.equal(answer.isSuccess, false)
  assert.match(answer.getErrorMessages().join('; '), /Элемент не найден/)
})

await check('errors: codes and texts arrive', async () => {
  for (const [method, params, code] of [
    ['crm.item.get', { entityTypeId: 1, id: 999999 }, 'NOT_FOUND'],
    ['no.such.method', {}, 'ERROR_METHOD_NOT_FOUND'],
    ['app.info', {}, 'ACCESS_DENIED']
  ]) {
    let seen
    try {
      const answer = await b24.actions.v2.call.make({ method, params })
      seen = [...answer.getErrors()][0]?.code
    } catch (error) {
      seen = error.code
    }
    assert.equal(seen, code, method)
  }
})

await check('a retry after 503', async () => {
  await fault('crm.lead.add: 503 QUERY_LIMIT_EXCEEDED', '1 раз')
  const id = await call('crm.lead.add', { fields: { TITLE: 'После отказа' } })
  const found = await call('crm.lead.list', { filter: { TITLE: 'После отказа' }, select: ['ID'] })
  assert.deepEqual(found, [{ ID: String(id) }])
})

await check('OAuth: an expired token is refreshed and the call repeated', async () => {
  const domain = new URL(webhook).origin
  const response = await fetch(domain + '/oauth/token/', {
    method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'local.app', client_secret: 'app-secret', refresh_token: process.env.REFRESH })
  })
  const tokens = await response.json()
  assert.equal(response.status, 200, JSON.stringify(tokens))
  const app = new B24OAuth({
    applicationToken: 't', userId: 1, memberId: tokens.member_id, accessToken: tokens.access_token, refreshToken: tokens.refresh_token,
    expires: tokens.expires, expiresIn: tokens.expires_in, scope: tokens.scope, domain: new URL(domain).host,
    clientEndpoint: tokens.client_endpoint, serverEndpoint: domain + '/rest/', status: 'L', issuer: 'store'
  }, { clientId: 'local.app', clientSecret: 'app-secret' })
  const info = async () => (await app.actions.v2.call.make({ method: 'app.info', params: {} })).getData().result
  assert.equal((await info()).INSTALLED, true)
  await fetch(control + 'expire', { method: 'POST' })
  assert.equal((await info()).INSTALLED, true)
})

console.log('all done')
process.exit(0)
