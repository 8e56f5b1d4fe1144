/** What a probe found: `undefined` when all is well, else one sentence that says what to do. */
export type Problem = string | undefined;
export type Check = () => Problem | Promise<Problem>;

/**
 * The app's own view of its health. Liveness must not ask Redis (all pods would restart together);
 * readiness may.
 */
export class Probes {
  private readonly liveness = new Map<string, Check>();
  private readonly readiness = new Map<string, Check>();
  private stopping = false;

  live(name: string, check: Check): void {
    this.liveness.set(name, check);
  }

  ready(name: string, check: Check): void {
    this.readiness.set(name, check);
  }

  /** Readiness goes off for good: the app was told to stop. */
  stop(): void {
    this.stopping = true;
  }

  livenessProblems(): Promise<string[]> {
    return problemsOf(this.liveness);
  }

  async readinessProblems(): Promise<string[]> {
    return this.stopping ? ['stopping'] : problemsOf(this.readiness);
  }
}

async function problemsOf(checks: ReadonlyMap<string, Check>): Promise<string[]> {
  const found = await Promise.all(
    [...checks].map(async ([name, check]) => {
      try {
        const problem = await check();
        return problem === undefined ? [] : [`${name}: ${problem}`];
      } catch (error) {
        return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
      }
    }),
  );
  return found.flat();
}
