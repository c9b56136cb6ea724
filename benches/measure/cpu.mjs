// (e) What a call costs the main thread when the answer is there at once: no network, no waiting.

import { create, toBinary } from "@bufbuild/protobuf";
import {
  StatusCode,
  UpsertRegistrationResponseSchema,
} from "../../sandbox/src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { okBody } from "../server/grpc-web.mjs";
import { running } from "../variants.mjs";
import { launchBrowser, openAll } from "./browser.mjs";
import { callInTurn, installCannedFetch } from "./loops.mjs";
import { compareInTurns } from "./rounds.mjs";

const slices = 4;
const callsPerSlice = 500;

function cannedBody() {
  const timeToLive = { seconds: 3600n, nanos: 0 };
  const message = create(UpsertRegistrationResponseSchema, { statusCode: StatusCode.OK, timeToLive });
  return [...okBody(toBinary(UpsertRegistrationResponseSchema, message))];
}

/** Microseconds of the main thread's CPU for one call. */
export async function measureCpu(server, { rounds, say }) {
  const browser = await launchBrowser();
  try {
    const prepared = { prepare: installCannedFetch, args: [cannedBody()] };
    const pages = await openAll(browser, server, running, prepared);
    for (const page of pages.values()) {
      await page.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
      await page.evaluate(() => {
        globalThis.isCanned = true;
      });
      await page.evaluate(callInTurn, slices * callsPerSlice);
    }
    return await compareInTurns({
      ...{ rounds, slices },
      say: (text) => say(`CPU of a call, ${text}`),
      runSlice: async (name) => {
        const page = pages.get(name);
        const before = await page.mainThreadMs();
        await page.evaluate(callInTurn, callsPerSlice);
        return (((await page.mainThreadMs()) - before) * 1000) / (slices * callsPerSlice);
      },
    });
  } finally {
    await browser.close();
  }
}
