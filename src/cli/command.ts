/** A command: takes the words after its name, gives the exit status. Operational failures are thrown. */
export type Command = (args: readonly string[]) => Promise<number>;
