/** A batch that unpacks to more is refused: it is 256 times what brokers take by default. */
export const UNPACKED_BYTES_MAX = 256 * 1024 * 1024
