import { AwsError } from './aws-error.js';

export type ControlPlaneOptions = {
  /** How long a new stream is CREATING before it takes records. */
  creatingMs?: number;
  /** Calls a second of each operation but puts; more are refused. AWS takes 5. */
  callsPerSecond?: number;
};

/** The pace at which streams may be made and looked at. */
export class ControlPlane {
  private readonly calls = new Map<string, number[]>();

  constructor(private readonly options: ControlPlaneOptions) {}

  /** @throws AwsError `ThrottlingException` when the operation was called too often within a second */
  admit(operation: string, nowMs: number): void {
    const { callsPerSecond } = this.options;
    if (callsPerSecond === undefined) return;
    const recent = (this.calls.get(operation) ?? []).filter((atMs) => atMs > nowMs - 1_000);
    if (recent.length >= callsPerSecond) throw new AwsError('ThrottlingException', 'Rate exceeded');
    this.calls.set(operation, [...recent, nowMs]);
  }

  isActive(createdMs: number, nowMs: number): boolean {
    return nowMs >= createdMs + (this.options.creatingMs ?? 0);
  }
}
