import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Ip,
  NotFoundException,
  Param,
  Patch,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AdminGuard } from '#admin-access';
import {
  connectionChanges,
  newConnection,
  type ConnectionAnswer,
  type ConnectionChanges,
  type ConnectionList,
  type NewConnection,
} from './connection-api.js';
import { Connections } from './connections.js';

@Controller('api/v1/connections')
@UseGuards(AdminGuard)
export class ConnectionsController {
  constructor(
    private readonly connections: Connections,
    private readonly host: HttpAdapterHost,
  ) {}

  @Get()
  async list(): Promise<ConnectionList> {
    return { connections: await this.connections.list() };
  }

  @Post()
  async create(
    @Body({ schema: newConnection }) body: NewConnection,
    @Ip() ip: string,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<ConnectionAnswer> {
    const answer = await this.connections.create(body, { ip });
    this.host.httpAdapter.setHeader(response, 'location', `/api/v1/connections/${answer.connection.id}`);
    return answer;
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<ConnectionAnswer> {
    return (await this.connections.find(id)) ?? unknownConnection();
  }

  @Patch(':id')
  async change(
    @Param('id') id: string,
    @Body({ schema: connectionChanges }) body: ConnectionChanges,
    @Ip() ip: string,
  ): Promise<ConnectionAnswer> {
    return (await this.connections.change(id, body, { ip })) ?? unknownConnection();
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Ip() ip: string): Promise<void> {
    if (!(await this.connections.delete(id, { ip }))) unknownConnection();
  }
}

function unknownConnection(): never {
  throw new NotFoundException('There is no such connection.');
}
