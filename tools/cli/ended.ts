/** Ends the program at once when it is told to end; servers that it has started end with it. */
export function endsWhenTold(): void {
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
}
