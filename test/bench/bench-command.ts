const EXIT_USAGE = 2

export interface BenchCommandOptions<Options> {
  readonly help: string
  /** Throws what is wrong with them. */
  readonly readOptions: () => Options
  readonly run: (options: Options) => void | Promise<void>
}

/** Runs a benchmark as a command: options, `--help`, and the exit status. */
export async function benchCommand<Options extends { readonly help: boolean }>({
  help,
  readOptions,
  run,
}: BenchCommandOptions<Options>): Promise<number> {
  let options
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return EXIT_USAGE
  }
  if (options.help) process.stdout.write(help)
  else await run(options)
  return 0
}
