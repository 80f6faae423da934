// Sends ten trade signals to the topic `signals`: five large buys of BTCUSDT, and five small buys and sells of ETHUSDT.
// Usage: node examples/produce.ts
import { Kafka, logLevel, Partitioners } from 'kafkajs'

// kafkajs asks for a timeout below zero, of which Node warns; it does no harm.
process.removeAllListeners('warning')
const brokers = (process.env['LLMTRIGGER_KAFKA_BROKERS'] ?? 'localhost:9092').split(',')
const kafka = new Kafka({ brokers, clientId: 'produce-example', logLevel: logLevel.ERROR })

const signals = [
  ...[100, 150, 120, 180, 200].map(thousands => signal('BTCUSDT', 'buy', thousands * 1000)),
  signal('ETHUSDT', 'buy', 20_000),
  signal('ETHUSDT', 'sell', 15_000),
  signal('ETHUSDT', 'buy', 30_000),
  signal('ETHUSDT', 'sell', 25_000),
  signal('ETHUSDT', 'buy', 10_000),
]

function signal(symbol: string, side: 'buy' | 'sell', volume: number) {
  return { event_type: 'trade.signal', source: 'produce-example', data: { symbol, side, volume } }
}

const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
await producer.connect()
const messages = signals.map(event => ({ key: event.data.symbol, value: JSON.stringify(event) }))
await producer.send({ topic: 'signals', messages })
await producer.disconnect()
process.stdout.write(`sent ${messages.length} events to signals at ${brokers.join(',')}\n`)
