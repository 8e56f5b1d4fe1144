import { z } from 'zod';
import { connection } from '#contracts';
import {
  connectionAnswer,
  connectionChanges,
  connectionList,
  newConnection,
  problem,
} from './connection-api.js';

const schemas = {
  NewConnection: toJsonSchema(newConnection, 'input'),
  ConnectionChanges: toJsonSchema(connectionChanges, 'input'),
  Connection: toJsonSchema(connection, 'output'),
  ConnectionAnswer: toJsonSchema(connectionAnswer, 'output'),
  ConnectionList: toJsonSchema(connectionList, 'output'),
  Problem: toJsonSchema(problem, 'output'),
};

type SchemaName = keyof typeof schemas;

const reference = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: SchemaName) => ({ 'application/json': { schema: reference(name) } });
const requestBody = (name: SchemaName) => ({ required: true, content: json(name) });
const answer = (description: string, name: SchemaName) => ({ description, content: json(name) });
const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: reference('Problem') } },
});

const refusals = {
  400: { 400: refusal('The request is invalid; `errors` names every field that is wrong.') },
  401: { 401: refusal('The bearer token is missing or wrong.') },
  404: { 404: refusal('There is no such connection.') },
  503: { 503: refusal('Redis did not answer.') },
};
const always = { ...refusals[401], ...refusals[503] };

const paths = {
  '/api/v1/connections': {
    get: {
      operationId: 'listConnections',
      summary: 'All connections, oldest first',
      responses: { 200: answer('The connections.', 'ConnectionList'), ...always },
    },
    post: {
      operationId: 'createConnection',
      summary: 'Connect a Google Cloud organization, folder or project to a tenant',
      requestBody: requestBody('NewConnection'),
      responses: {
        201: answer('The connection, and what to run in Google Cloud.', 'ConnectionAnswer'),
        ...refusals[400],
        ...always,
      },
    },
  },
  '/api/v1/connections/{id}': {
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    get: {
      operationId: 'getConnection',
      summary: 'One connection, and what to run in Google Cloud',
      responses: { 200: answer('The connection.', 'ConnectionAnswer'), ...refusals[404], ...always },
    },
    patch: {
      operationId: 'changeConnection',
      summary: 'Change a connection; receivers follow within a second',
      requestBody: requestBody('ConnectionChanges'),
      responses: {
        200: answer('The connection as it is now.', 'ConnectionAnswer'),
        ...refusals[400],
        ...refusals[404],
        ...always,
      },
    },
    delete: {
      operationId: 'deleteConnection',
      summary: 'Delete a connection; its pushes are refused within a second',
      responses: { 204: { description: 'It is deleted.' }, ...refusals[404], ...always },
    },
  },
  '/api/v1/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'This document',
      security: [],
      responses: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: {} } } } },
    },
  },
};

/** The API in OpenAPI 3.1. Its schemas are the ones that requests are checked with. */
export function openApiDocument() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Floodgate portal',
      version: '1',
      description: 'Connects Google Cloud organizations, folders and projects to Floodgate.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ adminToken: [] }],
    paths,
    components: {
      securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' } },
      schemas,
    },
  };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  return z.toJSONSchema(schema, { io });
}
