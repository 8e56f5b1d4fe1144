import { TransientError } from '#contracts';

/** The answer of a Redis command. @throws TransientError when there is none. */
export async function redisAnswer<Answer>(command: Promise<Answer>): Promise<Answer> {
  try {
    return await command;
  } catch (cause) {
    throw new TransientError('redis_unavailable', 'the connection registry did not answer', { cause });
  }
}
