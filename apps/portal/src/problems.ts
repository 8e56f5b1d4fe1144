import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { TransientError } from '#contracts';
import type { Problem } from './connection-api.js';

type FieldError = { path: string; message: string };

/** A body that does not match its schema, or that does not fit what is stored. */
export class InvalidRequest extends Error {
  constructor(readonly errors: readonly FieldError[]) {
    super('The request is invalid.');
    this.name = 'InvalidRequest';
  }
}

type Issue = { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined };

/** Every problem that a schema found, with the path of its field. */
export function invalidRequest(issues: readonly Issue[]): InvalidRequest {
  return new InvalidRequest(
    issues.map(({ message, path = [] }) => ({
      path: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
      message,
    })),
  );
}

const codes: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthorized',
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_media_type',
};

/** What a caller is told of an error; of an unforeseen one nothing but that it happened. */
export function problemOf(error: unknown): Problem {
  if (error instanceof InvalidRequest) return problemWith(400, error.message, [...error.errors]);
  if (error instanceof TransientError) {
    return { ...problemWith(503, 'Redis did not answer; try again.'), code: error.code };
  }
  if (error instanceof HttpException) return problemWith(error.getStatus(), error.message);
  const status = statusOf(error);
  return status < 500 ? problemWith(status, (error as Error).message) : problemWith(500);
}

function problemWith(status: number, detail?: string, errors?: FieldError[]): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: codes[status] ?? (status < 500 ? 'invalid_request' : 'internal'),
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Fastify refuses bodies by errors of its own, which carry the status to answer with. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' && status >= 400 ? status : 500;
}
