import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import { cycleMs } from './cycle-ms.ts'

// Calls a model's endpoint with nothing around it, always as many at once; prints how long they took. The yardstick
// of the saturation benchmark: what the endpoint, its timers and the machine leave of the ideal.
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    calls: { type: 'string', default: '2000' },
    atOnce: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
  },
})
const calls = Number(values.calls)
const agent = new Agent({ keepAlive: true })
const body = JSON.stringify({
  model: 'simulated',
  messages: [
    { role: 'system', content: 'x'.repeat(1000) },
    { role: 'user', content: 'x'.repeat(500) },
  ],
})
const headers = { 'content-type': 'application/json', 'content-length': `${body.length}` }

let seconds = NaN
let cpuMsACall = NaN
let startsMs: number[] = []
// The last round counts: the first runs code that is not compiled yet.
for (let round = 0; round < Number(values.rounds); round++) {
  startsMs = []
  const from = performance.now()
  const cpuFrom = process.cpuUsage()
  let started = 0
  const caller = async () => {
    while (started++ < calls) {
      startsMs.push(performance.now())
      await call()
    }
  }
  await Promise.all(Array.from({ length: Number(values.atOnce) }, caller))
  seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpuFrom)
  cpuMsACall = (user + system) / 1000 / calls
}
const measured = { seconds, cycleMs: cycleMs(startsMs, Number(values.atOnce)), cpuMsACall }
process.stdout.write(`${JSON.stringify(measured)}\n`)
process.exit(0)

function call(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(values.url, { method: 'POST', agent, headers }, response => {
      response.on('data', () => undefined)
      response.on('end', resolve)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
