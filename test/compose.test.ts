import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configSchema } from '../schemas/config.ts'

const root = new URL('..', import.meta.url)
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
      environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    }),
  ),
})
const { services } = composeSchema.parse(read('docker-compose.yml'))
const config = configSchema.parse(read('examples/compose/llmtrigger.yaml'))

function read(path: string): unknown {
  return parse(readFileSync(fileURLToPath(new URL(path, root)), 'utf8'), { merge: true })
}

describe('docker-compose.yml', () => {
  test('opens its ports to the own machine only', () => {
    const ports = Object.values(services).flatMap(service => service.ports)
    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter(port => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  test('mounts what is there', () => {
    const mounted = Object.values(services).flatMap(service => service.volumes)
    const missing = mounted
      .map(volume => volume.split(':')[0] ?? volume)
      .filter(path => path.startsWith('.') && !existsSync(new URL(path, root)))
    expect(missing).toEqual([])
  })

  test('starts the pipeline after its topics are made', () => {
    expect(services['pipeline']?.depends_on).toMatchObject({
      topics: { condition: 'service_completed_successfully' },
      signals: { condition: 'service_completed_successfully' },
    })
  })

  test('names services that exist', () => {
    const named = Object.values(services).flatMap(service => Object.keys(service.depends_on))
    expect(named.filter(name => !(name in services))).toEqual([])
  })

  test('sends containers and the host to a listener that they reach', () => {
    expect(services['kafka']?.environment['KAFKA_ADVERTISED_LISTENERS']).toBe(
      'HOST://localhost:9092,CONTAINERS://kafka:19092',
    )
    expect(config.kafka.brokers).toEqual(['kafka:19092'])
  })

  test('gives the pipeline every secret that its configuration refers to', () => {
    const names = config.http.api_keys.map(key => key.replace(/^env:/, ''))
    expect(Object.keys(services['pipeline']?.environment ?? {})).toEqual(names)
  })

  test('asks for the simulated model where it listens', () => {
    expect(config.models?.['simulated']).toMatchObject({ base_url: 'http://simulator:8090/v1' })
  })
})
