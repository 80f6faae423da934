import { z } from 'zod'
import { modelSchema } from './model-config.ts'
import { secretSchema } from './secret.ts'

const redisUrlSchema = z
  .string()
  .regex(
    /^((env|file):.+|rediss?:\/\/[^@\s]+)$/,
    'redis://host:port or rediss://host:port; one with a password is a reference: env:NAME or file:PATH',
  )

const saslSchema = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
  username: z.string().min(1),
  password: secretSchema,
})

const kafkaSchema = z.strictObject({
  brokers: z
    .array(
      z
        .string()
        .regex(/^[^:\s]+:\d{1,5}$/, 'host:port')
        .refine(broker => !(Number(broker.split(':')[1]) > 65_535), { message: 'the port is at most 65535' }),
    )
    .min(1)
    .default(['localhost:9092']),
  group_id: z.string().min(1).default('llmtrigger'),
  topic_prefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]*$/)
    .max(100)
    .default('llmtrigger.'),
  /** N: `work`, `decisions` and `alerts` have 2N partitions. */
  partitions: z.int().min(1).max(1000).default(4),
  replication_factor: z.int().min(1).max(10).default(1),
  ssl: z.boolean().default(false),
  sasl: saslSchema.optional(),
})

const mappedFieldSchema = z.union([
  z.strictObject({ path: z.string().regex(/^\$(\.[^.\s]+)+$/, 'a path such as $.order.id') }),
  z.strictObject({ const: z.string() }),
])

const mapSchema = z.strictObject({
  event_id: mappedFieldSchema.optional(),
  event_type: mappedFieldSchema.optional(),
  source: mappedFieldSchema.optional(),
  timestamp: mappedFieldSchema.optional(),
  context_key: mappedFieldSchema.optional(),
  data: mappedFieldSchema.optional(),
})

const sourceSchema = z.strictObject({
  topic: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'letters, digits, . _ and -, at most 249 of them'),
  format: z.enum(['json', 'schema-registry']).default('json'),
  /** Where to start while nothing is committed yet. */
  from: z.enum(['earliest', 'latest']).default('latest'),
  map: mapSchema.optional(),
})

/** A source that may be wrong elsewhere. */
const namedTopicSchema = z.object({ topic: z.string() })

/** A model that may be wrong elsewhere. */
const fallbackSchema = z.object({ fallback: z.array(z.string()) })

function fallbackOf(model: unknown): readonly string[] {
  return fallbackSchema.safeParse(model).data?.fallback ?? []
}

/** `default` names one of the others. */
const modelsSchema = z
  .object({ default: z.string().min(1) })
  .catchall(modelSchema)
  .superRefine(
    (models, context) => {
      for (const issue of [...standInFaults(models), ...defaultFaults(models)]) {
        context.addIssue({ code: 'custom', ...issue })
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )

/** What is wrong with the models that models name, whatever else may be wrong with them. */
function standInFaults(models: Readonly<Record<string, unknown>>) {
  return Object.entries(models).flatMap(([name, model]) =>
    fallbackOf(model).flatMap((other, index) => {
      if (other !== name && isModelOf(models, other)) return []
      const message = other === name ? 'a model cannot stand in for itself' : `no model is named ${other}`
      return [{ path: [name, 'fallback', index], message }]
    }),
  )
}

function defaultFaults({ default: name, ...models }: Readonly<Record<string, unknown>>) {
  if (typeof name !== 'string' || isModelOf(models, name)) return []
  return [{ path: ['default'], message: `no model is named ${name}` }]
}

function isModelOf(models: Readonly<Record<string, unknown>>, name: string): boolean {
  return name !== 'default' && Object.hasOwn(models, name)
}

const cacheSchema = z.strictObject({
  /** How long an answer serves the same question again; 0: not at all. */
  ttl_seconds: z.int().min(0).max(604_800).default(0),
  bytes_max: z.int().min(1024).default(67_108_864),
})

const budgetSchema = z.strictObject({
  /** Of all rules together; the day is the UTC day. */
  usd_per_day: z.number().positive().nullable().default(null),
  /** Of each rule that names no budget of its own. */
  usd_per_rule_per_day: z.number().positive().nullable().default(null),
})

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

const httpSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8080),
    /** Whoever has one of them may ask under `/api/v1`. */
    api_keys: z.array(secretSchema).max(100).default([]),
    /** Under `/api/v1`, of each key, or of each address where no key is given. */
    requests_per_minute: z.int().min(1).max(1_000_000).default(30_000),
  })
  .refine(({ host, api_keys: keys }) => keys.length > 0 || LOOPBACK.test(host), {
    path: ['host'],
    message:
      'others can reach it there, and without http.api_keys anybody may change models: set keys, or 127.0.0.1',
  })

const lanesSchema = z.strictObject({
  events_max: z.int().min(1).default(50_000),
  bytes_max: z.int().min(1024).default(67_108_864),
  windows_max: z.int().min(1).default(20_000),
  judging_max: z.int().min(1).default(256),
  judging_per_key_max: z.int().min(1).default(8),
  decided_ahead_max: z.int().min(1).default(100_000),
  dedupe_seconds: z.int().min(0).default(600),
  dedupe_ids_max: z.int().min(0).default(100_000),
  event_bytes_max: z.int().min(1).default(262_144),
  matches_per_event_max: z.int().min(1).default(100),
})

/** The configuration file, whole. Parsing fills in every default; an unknown key is an error. */
export const configSchema = z
  .strictObject({
    kafka: kafkaSchema.prefault({}),
    sources: z.array(sourceSchema).min(1),
    schema_registry: z
      .strictObject({ url: z.url(), username: z.string().optional(), password: secretSchema.optional() })
      .optional(),
    redis: z.strictObject({ url: redisUrlSchema }).optional(),
    rules: z.array(z.string().min(1)).default([]),
    models: modelsSchema.optional(),
    channels: z.record(z.string(), z.looseObject({ type: z.string() })).default({}),
    http: httpSchema.prefault({}),
    lanes: lanesSchema.prefault({}),
    cache: cacheSchema.prefault({}),
    budget: budgetSchema.prefault({}),
    /** How long a closed window waits for a model that cannot be had. */
    hold_seconds: z.int().min(1).max(86_400).default(900),
    prompt_tokens_max: z.int().min(200).max(1_000_000).default(8000),
  })
  .superRefine(
    ({ sources }, context) => {
      if (!Array.isArray(sources)) return
      const seen = new Set<string>()
      for (const [index, source] of sources.entries()) {
        const topic = namedTopicSchema.safeParse(source).data?.topic
        if (topic !== undefined && seen.has(topic)) {
          const message = `${topic} is listed twice`
          context.addIssue({ code: 'custom', path: ['sources', index, 'topic'], message })
        }
        if (topic !== undefined) seen.add(topic)
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )

export type Config = z.infer<typeof configSchema>
export type SourceConfig = Config['sources'][number]
export type LaneBounds = Config['lanes']
