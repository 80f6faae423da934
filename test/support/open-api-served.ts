import { httpServer } from '../../pipeline/http/http-server.ts'
import { allRoutes } from './all-routes.ts'

/** The OpenAPI document that a server with every route serves, as its text. */
export async function openApiServed(): Promise<string> {
  const server = await httpServer({
    host: '127.0.0.1',
    port: 0,
    ...allRoutes(),
    apiKeys: [],
    onFailure: error => {
      throw error
    },
  })
  try {
    const response = await fetch(`${server.url}/openapi.json`)
    return await response.text()
  } finally {
    await server.close()
  }
}
