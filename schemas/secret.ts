import { z } from 'zod'

/** A secret is never in the file: it is read from the environment or from a file at start. */
export const secretSchema = z.string().regex(/^(env|file):.+$/, 'a reference: env:NAME or file:PATH')
