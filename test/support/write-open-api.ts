import { writeFileSync } from 'node:fs'
import { openApiServed } from './open-api-served.ts'

writeFileSync(new URL('../../docs/openapi.json', import.meta.url), await openApiServed())
