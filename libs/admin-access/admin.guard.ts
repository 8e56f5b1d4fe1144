import { createHash, timingSafeEqual } from 'node:crypto';
import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Injection token of the admin token. */
export const adminToken = Symbol('admin token');

/** Lets in who bears the admin token. Digests are compared, so that time tells nothing, nor does length. */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly expected: Buffer;

  constructor(
    @Inject(adminToken) token: string,
    private readonly host: HttpAdapterHost,
  ) {
    this.expected = digest(token);
  }

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { authorization } = http.getRequest<{ headers: { authorization?: string } }>().headers;
    const token = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (token !== undefined && timingSafeEqual(digest(token), this.expected)) return true;
    const challenge = `Bearer realm="floodgate"${token === undefined ? '' : ', error="invalid_token"'}`;
    this.host.httpAdapter.setHeader(http.getResponse(), 'www-authenticate', challenge);
    throw new UnauthorizedException('A valid bearer token is needed.');
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
