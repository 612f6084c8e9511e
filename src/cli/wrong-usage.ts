/** The words of the command line are wrong: exit status 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}
