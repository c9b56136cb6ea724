// Writes one scripted reply, byte for byte, with its waits, and ends or breaks the connection where the script says so.

/** What goes on forever goes on at this pace at least. */
const BLOCK_BYTES = 64 * 1024;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function write(socket, content) {
  if (socket.destroyed) return;
  if (!socket.write(content)) {
    await Promise.race([
      new Promise((resolve) => socket.once("drain", resolve)),
      new Promise((resolve) => socket.once("close", resolve)),
    ]);
  }
}

const gone = (socket) =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once("close", resolve)));

/** Resolves to true when the reply is whole, so that the connection may serve another request. */
export async function play(socket, script) {
  for (const step of script) {
    if (socket.destroyed) return false;
    if (typeof step === "number") await wait(step);
    else if (step instanceof Uint8Array) await write(socket, step);
    else if (step.reset) {
      socket.resetAndDestroy();
      return false;
    } else if (step.end) {
      socket.end();
      return false;
    } else if (step.hang) {
      await gone(socket);
      return false;
    } else if (step.forever) {
      const block = Buffer.concat(Array(Math.ceil(BLOCK_BYTES / step.forever.length)).fill(step.forever));
      while (!socket.destroyed) {
        await write(socket, block);
        await wait(0);
      }
      return false;
    }
  }
  return !socket.destroyed;
}
