// @ts-check

/**
 * The smallest document that the generator accepts, as YAML; `schemas` replaces its component schemas and `operation`
 * is added to its one operation.
 *
 * @param {{ schemas?: Record<string, unknown>, operation?: Record<string, unknown>, limitExample?: number }} [change]
 */
export function documentWith({ schemas = {}, operation = {}, limitExample = 60 } = {}) {
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    security: [{ token: [] }],
    tags: [],
    paths: {
      '/things': {
        post: {
          operationId: 'listThings',
          summary: 'List things',
          description: 'Lists things.',
          'x-rate-limit': { limit: 60, windowSeconds: 60 },
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Filter' } } },
          },
          responses: {
            200: {
              description: 'Things',
              headers: { 'X-RateLimit-Limit': { schema: { type: 'integer' }, example: limitExample } },
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Things' } } },
            },
          },
          ...operation,
        },
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Filter: { type: 'object', properties: { status: { type: 'string', enum: ['open', 'closed'] } } },
        Things: {
          type: 'object',
          required: ['count'],
          properties: { count: { type: 'integer', 'x-privacy': 'public' } },
        },
        ...schemas,
      },
    },
  });
}
