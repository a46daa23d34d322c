// A bot as small shops have them: no framework, its answers in the response, its log on stdout.
const http = require('node:http')

http.createServer((req, res) => {
  if (req.method === 'GET') return res.end('ok')
  let body = ''
  req.setEncoding('utf8')
  req.on('data', chunk => { body += chunk })
  req.on('end', () => {
    const { session, text } = JSON.parse(body)
    console.log(JSON.stringify({ level: 'info', session, text }))
    console.error(`крм: ${process.env.CRM}`)
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify({ replies: [{ text: `вы написали: ${text}` }] }))
  })
}).listen(process.env.PORT, '127.0.0.1', () => console.log('готов'))
