import { Injectable, type PipeTransform } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { PermanentError, type JobContract, type JobPayload } from '#contracts';
import type { JobContext } from './job-context.js';

type Handler<Contract extends JobContract> = (
  payload: JobPayload<Contract>,
  context: JobContext,
) => Promise<void>;

/** Marks a controller's method as the handler of a contract: type-checked, its payload parsed once. */
export function Handles<Contract extends JobContract>(contract: Contract) {
  return <Method extends Handler<Contract>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    EventPattern(contract.pattern)(target, key, descriptor as PropertyDescriptor);
    Payload(new ContractPipe(contract))(target, key, 0);
    Ctx()(target, key, 1);
  };
}

@Injectable()
class ContractPipe<Contract extends JobContract> implements PipeTransform<unknown, JobPayload<Contract>> {
  constructor(private readonly contract: Contract) {}

  transform(value: unknown): JobPayload<Contract> {
    const parsed = this.contract.schema.safeParse(value);
    if (parsed.success) return parsed.data as JobPayload<Contract>;
    const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new PermanentError('invalid_job', `${this.contract.pattern} differs from its contract at ${where}`);
  }
}
