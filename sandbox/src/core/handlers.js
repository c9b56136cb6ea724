// The core's two doors: gRPC-Web for browsers (HTTP/1.1) and native gRPC (HTTP/2 without TLS).
import { ConnectError, createContextKey, createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { accessInterceptor, setHeaderKey } from "./access.js";
import { nameOf, noteKey } from "./call-log.js";
import { addServices } from "./service.js";

/** @typedef {ReturnType<typeof connectNodeAdapter>} NodeHandler */

const requestKey = createContextKey(/** @type {object} */ ({}), { description: "the HTTP request" });

/**
 * @param {import("./service.js").CoreState} state
 * @param {import("./access.js").TokenLookup} lookUpToken
 * @param {import("../http/access-log.js").AccessLog} log
 * @param {import("./proof.js").Proofs} proofs
 * @param {import("./call-log.js").CallLog} callLog
 * @returns {{ grpcWeb: NodeHandler, grpc: NodeHandler }}
 */
export function createCoreHandlers(state, lookUpToken, log, proofs, callLog) {
  /** @type {import("@connectrpc/connect").Interceptor} */
  const noteStatus = (next) => async (req) => {
    const httpRequest = req.contextValues.get(requestKey);
    try {
      const response = await next(req);
      log.noteGrpcStatus(httpRequest, 0);
      return response;
    } catch (error) {
      const { code } = ConnectError.from(error);
      log.noteGrpcStatus(httpRequest, code);
      req.contextValues.get(noteKey)({ outcome: nameOf(code) });
      throw error;
    }
  };
  const shared = {
    connect: false,
    /** @param {import("@connectrpc/connect").ConnectRouter} router */
    routes: (router) => addServices(router, state),
    interceptors: [noteStatus, accessInterceptor(lookUpToken, proofs)],
    /** @param {object} req */
    contextValues: (req) => createContextValues().set(requestKey, req),
    // Requests are small; a large one is a mistake.
    readMaxBytes: 64 * 1024,
  };
  /** @type {WeakMap<object, import("node:http").ServerResponse>} */
  const responses = new WeakMap();
  const grpcWeb = connectNodeAdapter({
    ...shared,
    grpc: false,
    grpcWeb: true,
    contextValues: (req) =>
      shared
        .contextValues(req)
        .set(setHeaderKey, (name, value) => responses.get(req)?.setHeader(name, value))
        .set(noteKey, callLog.noteOf(req)),
  });
  return {
    grpcWeb(req, res) {
      responses.set(req, /** @type {import("node:http").ServerResponse} */ (res));
      return grpcWeb(req, res);
    },
    grpc: connectNodeAdapter({ ...shared, grpc: true, grpcWeb: false }),
  };
}
