import type { z } from 'zod';
import type { Redis } from '#redis';
import { redisAnswer } from './redis-answer.js';

/**
 * What one app keeps beside the connections; no other process reads it. Save a note before its
 * connection and delete it after, so that a crash in between leaves at worst a note nobody asks for.
 */
export class ConnectionNotes<Note> {
  private readonly key: string;

  constructor(
    private readonly redis: Redis,
    kind: string,
    private readonly schema: z.ZodType<Note>,
  ) {
    this.key = `floodgate:{connections}:notes:${kind}`;
  }

  async save(connectionId: string, note: Note): Promise<void> {
    await redisAnswer(this.redis.hset(this.key, connectionId, JSON.stringify(note)));
  }

  /** `undefined` when there is none. @throws when it no longer matches the schema. */
  async find(connectionId: string): Promise<Note | undefined> {
    const json = await redisAnswer(this.redis.hget(this.key, connectionId));
    return json === null ? undefined : this.schema.parse(JSON.parse(json));
  }

  async delete(connectionId: string): Promise<void> {
    await redisAnswer(this.redis.hdel(this.key, connectionId));
  }
}
