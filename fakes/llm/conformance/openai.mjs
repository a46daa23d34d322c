// The vendor's client, unmodified, against the fake: plain, streamed, tools, JSON, errors.
import assert from 'node:assert/strict'
import OpenAI from 'openai'

const client = new OpenAI({ apiKey: 'sk-progon', baseURL: process.env.BASE, maxRetries: 1 })
const messages = [{ role: 'system', content: 'Ты администратор.' }, { role: 'user', content: 'сколько стоит?' }]

const plain = await client.chat.completions.create({ model: 'gpt-4o-mini', messages })
assert.equal(plain.choices[0].message.content, 'От 900 рублей за занятие.')
assert.equal(plain.choices[0].finish_reason, 'stop')
assert.ok(plain.usage.total_tokens > 0)

let streamed = ''
let pieces = 0
for await (const chunk of await client.chat.completions.create({ model: 'gpt-4o-mini', messages, stream: true, stream_options: { include_usage: true } })) {
  streamed += chunk.choices[0]?.delta?.content ?? ''
  pieces++
}
assert.equal(streamed, 'От 900 рублей за занятие.')
assert.ok(pieces > 3)

const tools = [{ type: 'function', function: { name: 'book', parameters: { type: 'object', properties: { hour: { type: 'string' } } } } }]
const called = await client.chat.completions.create({ model: 'gpt-4o-mini', tools, messages: [{ role: 'user', content: 'запишите меня' }] })
assert.equal(called.choices[0].message.tool_calls[0].function.name, 'book')
assert.deepEqual(JSON.parse(called.choices[0].message.tool_calls[0].function.arguments), { hour: '11:00' })

const schema = { type: 'object', properties: { intent: { type: 'string', enum: ['book', 'other'] }, sure: { type: 'boolean' } }, required: ['intent', 'sure'], additionalProperties: false }
const structured = await client.chat.completions.create({
  model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'привет' }],
  response_format: { type: 'json_schema', json_schema: { name: 'intent', schema, strict: true } },
})
assert.deepEqual(JSON.parse(structured.choices[0].message.content), { intent: 'other', sure: false })

const response = await client.responses.create({ model: 'gpt-4o-mini', instructions: 'Ты администратор.', input: 'сколько стоит?' })
assert.equal(response.output_text, 'От 900 рублей за занятие.')
let spoken = ''
for await (const event of await client.responses.create({ model: 'gpt-4o-mini', input: 'сколько стоит?', stream: true })) {
  if (event.type === 'response.output_text.delta') spoken += event.delta
}
assert.equal(spoken, 'От 900 рублей за занятие.')

const vectors = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['маникюр', 'педикюр'] })
assert.equal(vectors.data.length, 2)
assert.equal(vectors.data[0].embedding.length, 256)

const heard = await client.audio.transcriptions.create({ model: 'whisper-1', file: new File(['TEXT:запишите на брови'], 'voice.ogg') })
assert.equal(heard.text, 'запишите на брови')

assert.ok((await client.models.list()).data.some(m => m.id === 'gpt-4o-mini'))

await assert.rejects(client.chat.completions.create({ model: 'gpt-4o-mini', messages: [] }), e => e.status === 400)
console.log('all done')
