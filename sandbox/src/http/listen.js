// Starting and stopping servers. Stopping does not wait for clients that keep their connections.
import { once } from "node:events";

/**
 * @param {import("node:net").Server} server
 * @param {number} port 0 for any that is free
 * @returns {Promise<string>} the address as an http URL
 */
export async function listen(server, port) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

/**
 * Remembers the server's connections, which an HTTP/2 server does not do itself.
 * @param {import("node:net").Server} server
 * @returns {() => Promise<void>} closes the server and every connection
 */
export function closer(server) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}
