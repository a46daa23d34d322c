// Drives the fake portal with @2bad/bitrix, unmodified, over plain http: it puts everything
// into the query, whole batches too.
const assert = require('node:assert/strict')
const { Bitrix } = require('@2bad/bitrix')

const bitrix = Bitrix(process.env.WEBHOOK.replace(/\/$/, ''))
const check = async (name, run) => {
  await run()
  console.log('ok ' + name)
}

async function main () {
  await check('create, get, update, delete', async () => {
    const { result: id } = await bitrix.deals.create({ TITLE: 'Сделка & знак=+%', OPPORTUNITY: '100' })
    assert.equal(typeof id, 'number')
    const { result: deal } = await bitrix.deals.get(String(id))
    assert.equal(deal.TITLE, 'Сделка & знак=+%')
    assert.equal((await bitrix.deals.update(String(id), { TITLE: 'Другая' })).result, true)
    assert.equal((await bitrix.call('crm.deal.delete', { id })).result, true)
  })
  await check('list everything: page 0 and a batch of pages', async () => {
    for (let i = 0; i < 3; i++) {
      const commands = {}
      for (let j = 0; j < 50; j++) commands['l' + j] = { method: 'crm.lead.add', params: { fields: { TITLE: 'Лид ' + (i * 50 + j) } } }
      const { result } = await bitrix.batch(commands)
      assert.equal(Object.keys(result.result).length, 50)
    }
    const { result, total } = await bitrix.leads.list({ select: ['ID', 'TITLE'] })
    assert.equal(total, 150)
    assert.equal(result.length, 150)
    assert.equal(new Set(result.map(l => l.ID)).size, 150)
  })
  await check('a refusal', async () => {
    await assert.rejects(bitrix.deals.get('999999'), /400|Not found/)
  })
}

main().then(() => { console.log('all done'); process.exit(0) }, error => { console.error(error); process.exit(1) })
