/**
 * Calls the server through a client's own code. Usage: node drive.js CLIENT '{"command":…,"args":…,"env":…}' or
 * '{"url":…}'. Prints what the client makes of each call, as JSON.
 */
const [name, target] = process.argv.slice(2);
const { url, command, args, env } = JSON.parse(target);

const clients = {
  async 'ai-sdk'() {
    const { experimental_createMCPClient: create } = await import('@ai-sdk/mcp');
    const { Experimental_StdioMCPTransport: Stdio } = await import('@ai-sdk/mcp/mcp-stdio');
    const client = await create({
      transport: url === undefined ? new Stdio({ command, args, env }) : { type: 'http', url },
    });
    const tools = await client.tools();
    return {
      tools: Object.keys(tools),
      call: (tool, input) => tools[tool].execute(input, { toolCallId: 'call_1', messages: [] }),
      close: () => client.close(),
    };
  },
  async langchain() {
    const { MultiServerMCPClient } = await import('@langchain/mcp-adapters');
    const server =
      url === undefined ? { transport: 'stdio', command, args, env } : { transport: 'http', url };
    const client = new MultiServerMCPClient({ mcpServers: { orders: server } });
    const tools = await client.getTools();
    return {
      tools: tools.map((tool) => tool.name),
      call: (tool, input) => tools.find((each) => each.name === tool).invoke(input),
      close: () => client.close(),
    };
  },
  async mastra() {
    const { MCPClient } = await import('@mastra/mcp');
    const server = url === undefined ? { command, args, env } : { url: new URL(url) };
    const client = new MCPClient({ servers: { orders: server } });
    const tools = await client.listTools();
    return {
      tools: Object.keys(tools).map((name) => name.replace(/^orders_/, '')),
      call: (tool, input) => tools[`orders_${tool}`].execute(input, {}),
      close: () => client.disconnect(),
    };
  },
  async 'openai-agents'() {
    const { MCPServerStdio, MCPServerStreamableHttp } = await import('@openai/agents-core');
    // Its own five seconds are short for a busy machine.
    const clientSessionTimeoutSeconds = 60;
    const server =
      url === undefined
        ? new MCPServerStdio({ command, args, env, clientSessionTimeoutSeconds })
        : new MCPServerStreamableHttp({ url, clientSessionTimeoutSeconds });
    await server.connect();
    const tools = await server.listTools();
    return {
      tools: tools.map((tool) => tool.name),
      call: (tool, input) => server.callTool(tool, input),
      close: () => server.close(),
    };
  },
};

const { tools, call, close } = await clients[name]();
const seen = async (tool, input) => {
  try {
    return JSON.stringify(await call(tool, input));
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
const results = {
  tools,
  list: await seen('list_orders', { per_page: 2 }),
  filtered: await seen('list_orders', { status: 'completed', per_page: 1, fields: ['id', 'status'] }),
  sync: await seen('sync_order', { order_id: 2502 }),
  again: await seen('sync_order', { order_id: 2502 }),
  invalid: await seen('list_orders', { per_page: 500 }),
  limited: '',
};
for (let id = 2503; id < 2600 && !results.limited.includes('rate_limited'); id += 1) {
  results.limited = await seen('sync_order', { order_id: id });
}
await close();
console.log(JSON.stringify(results));
process.exit(0);
