import { lastValueFrom } from 'rxjs'
import { z } from 'zod'
import type { KeptTable } from '../../operators/keeping/kept-table.ts'
import { type ModelSettings, modelSettingsSchema } from '../../schemas/model-config.ts'
import { isMapping } from '../documents/is-mapping.ts'
import type { Answer, AskedRequest, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { listPage, pageQuerySchema } from '../http/list-page.ts'
import { pageSchema } from '../http/page-schema.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import { SETTINGS_PREFIX } from './keep-models.ts'
import type { LiveModel } from './live-model.ts'
import { type ModelDocument, modelDocumentSchema } from './model-document.ts'
import { modelTerms } from './model-terms.ts'
import { patchSettings } from './patch-settings.ts'

export interface ModelRoutesOptions {
  readonly models: ReadonlyMap<string, LiveModel>
  readonly table: Pick<KeptTable, 'put' | 'remove'>
  readonly describe: (model: LiveModel) => ModelDocument
}

const dryRunSchema = z.object({
  dry_run: z.enum(['true', 'false']).optional().describe('Shows what would be, and changes nothing.'),
})

const params = { name: 'Its name in the configuration.' }

const describeList: RouteDescription = {
  id: 'listModels',
  summary: 'The models of the configuration, with limits, queues, calls and cost',
  query: pageQuerySchema,
  answers: { 200: { about: 'A part of them.', schema: pageSchema(modelDocumentSchema) } },
}

const describeGet: RouteDescription = {
  id: 'getModel',
  summary: 'One model',
  params,
  answers: { 200: { about: 'The model.', schema: modelDocumentSchema } },
  problems: [404],
}

const describePatch: RouteDescription = {
  id: 'changeModel',
  summary: 'Changes limits and settings of a model while it runs, by a merge patch; null takes a change back',
  params,
  query: dryRunSchema,
  patch: modelSettingsSchema,
  answers: { 200: { about: 'The model as it is now, or as it would be.', schema: modelDocumentSchema } },
  problems: [404, 422, 503],
}

/** `/models` and `/models/{name}`: what the models are, how they do, and changes of what may change while they run. */
export function modelRoutes({ models, table, describe }: ModelRoutesOptions): readonly HttpRoute[] {
  let writing: Promise<unknown> = Promise.resolve()

  /** One at a time: each change goes over the one before. */
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const written = writing.then(write)
    // Whoever asked is told; those who come after have nothing to do with it.
    writing = written.catch(() => undefined)
    return written
  }
  const keep = (name: string, settings: ModelSettings): Promise<unknown> => {
    const key = `${SETTINGS_PREFIX}${name}`
    const write$ = Object.keys(settings).length === 0 ? table.remove(key) : table.put(key, settings)
    return lastValueFrom(write$, { defaultValue: null })
  }
  const change = async (model: LiveModel, { query, body }: AskedRequest): Promise<Answer> => {
    const parsed = dryRunSchema.safeParse(query)
    if (!parsed.success) return malformed('dry_run is true or false')
    if (!isMapping(body)) return malformed('the body must be an object, such as {"max_retries": 5}')
    const patched = patchSettings(model.settings, body)
    if (!patched.ok) return invalid(patched.problems)
    if (parsed.data.dry_run === 'true')
      return { status: 200, body: preview(model, patched.settings, describe) }
    await keep(model.name, patched.settings)
    return { status: 200, body: describe(model) }
  }
  const of = (request: AskedRequest, answer: (model: LiveModel) => Answer | Promise<Answer>) => {
    const name = request.params['name'] ?? ''
    const model = models.get(name)
    return model === undefined ? unknownModel(name) : answer(model)
  }
  return [
    {
      path: '/models',
      methods: {
        GET: {
          describe: describeList,
          answer: ({ query }) => {
            const page = listPage([...models.values()], query, ({ name }) => name)
            if (page === null) return malformed('limit is 1 to 1000, and cursor the next_cursor of an answer')
            return { status: 200, body: { ...page, items: page.items.map(describe) } }
          },
        },
      },
    },
    {
      path: '/models/:name',
      methods: {
        GET: {
          describe: describeGet,
          answer: request => of(request, model => ({ status: 200, body: describe(model) })),
        },
        PATCH: {
          describe: describePatch,
          answer: request => of(request, model => inTurn(() => change(model, request))),
        },
      },
    },
  ]
}

/** As it would be, but for limits that are lower for now. */
function preview(
  model: LiveModel,
  settings: ModelSettings,
  describe: ModelRoutesOptions['describe'],
): ModelDocument {
  return { ...describe(model), settings, in_force: modelTerms(model.with(settings)) }
}

function malformed(detail: string): Answer {
  return problemAnswer({ status: 400, code: 'malformed', detail })
}

function invalid(problems: Parameters<typeof problemAnswer>[0]['problems'] = []): Answer {
  return problemAnswer({ status: 422, code: 'invalid', detail: 'nothing was changed', problems })
}

function unknownModel(name: string): Answer {
  return problemAnswer({ status: 404, code: 'not_found', detail: `no model is named ${name}` })
}
