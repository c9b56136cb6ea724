// The suites of `npm test`, in their order: what each runs and what must be there before.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import webdriverJson from "../../webdriver.json" with { type: "json" };
import { root, targetDir } from "../paths.mjs";
import { freePort, sandboxService, startService } from "../services.mjs";
import { findFirefox, findGeckodriver } from "../setup/browser.mjs";

const locked = process.env.CI === undefined ? [] : ["--locked"];

// A test that hangs is a failure with a name, not a job that never ends.
const nodeTest = ["node", "--test", "--test-reporter=spec", "--test-timeout=600000"];
const oneByOne = "--test-concurrency=1";

/** webdriver.json with the browsers that the set-up found, which need not be where the drivers would look. */
function writeWebDriverJson(chromium) {
  const chrome = { ...webdriverJson["goog:chromeOptions"], binary: chromium };
  const capabilities = {
    chrome: { ...webdriverJson, "goog:chromeOptions": chrome },
    firefox: { "moz:firefoxOptions": { binary: findFirefox() } },
  };
  mkdirSync(targetDir, { recursive: true });
  const write = ([browser, json]) => {
    const file = join(targetDir, `webdriver-${browser}.json`);
    writeFileSync(file, JSON.stringify(json));
    return [browser, file];
  };
  return Object.fromEntries(Object.entries(capabilities).map(write));
}

/** With its own sandbox, whose address the tests get when they are compiled; hence a port that stays the same. */
async function runWasmTests(runCommand, { chromium, chromedriver }) {
  const port = await freePort(8790);
  const sandbox = await startService(sandboxService({ port, grpcPort: 0 }));
  const files = writeWebDriverJson(chromium);
  const tests = ["--test", "web", "--test", "web_worker"];
  const run = (browser, driver) => {
    const args = ["--headless", `--${browser}`, ...driver, "--mode", "no-install"];
    return runCommand("wasm-pack", ["test", ...args, root, ...locked, "--features", "web", ...tests], {
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: files[browser],
      SIPBREAKOUT_SANDBOX: `http://127.0.0.1:${port}`,
      // For all tests together; the runner's own default is 20 s.
      WASM_BINDGEN_TEST_TIMEOUT: "300",
    });
  };
  try {
    const inChromium = await run("chrome", ["--chromedriver", chromedriver]);
    const inFirefox = await run("firefox", ["--geckodriver", findGeckodriver()]);
    return inChromium === 0 ? inFirefox : inChromium;
  } finally {
    await sandbox.stop();
  }
}

/** These measure, and want the machine for themselves. */
const measuringKeeperTests = ["idle", "fleet"];

/** In these a reply races with the end of its connection, which a busy machine decides otherwise. */
const racingConformanceTests = ["adapter", "adapter-memory", "hostile", "volume"];

/** All other files of a suite: a new one runs without being named here. */
function filesBeside(suite, named) {
  const files = readdirSync(join(root, "tests", suite)).filter((file) => file.endsWith(".test.mjs"));
  const names = files.map((file) => file.slice(0, -".test.mjs".length)).sort();
  return names.filter((name) => !named.includes(name));
}

const pathsIn = (suite, names) => names.map((name) => `tests/${suite}/${name}.test.mjs`);

async function runConformanceTests(runCommand) {
  const run = (concurrency, names) =>
    runCommand(...split([...nodeTest, concurrency, ...pathsIn("conformance", names)]));
  const racing = await run(oneByOne, racingConformanceTests);
  const others = await run("--test-concurrency=2", filesBeside("conformance", racingConformanceTests));
  return racing === 0 ? others : racing;
}

/** The long form (`-- --long`) is what the ordinary one is in small: ten thousand registrations for a month, ten minutes. */
async function runKeeperTests(runCommand, _browser, { isAll, isLong }) {
  const run = async (concurrency, names, env = {}) => {
    const tests = isLong ? nodeTest.map((arg) => arg.replace("timeout=600000", "timeout=1800000")) : nodeTest;
    return runCommand(...split([...tests, concurrency, ...pathsIn("keeper", names)]), env);
  };
  const walk = async (env) => {
    // With the repeats each file has two browsers that are busy.
    const concurrency = isAll ? 3 : 5;
    const waiting = await run(
      `--test-concurrency=${concurrency}`,
      filesBeside("keeper", measuringKeeperTests),
      env,
    );
    const measuring = await run(oneByOne, measuringKeeperTests, env);
    return waiting === 0 ? measuring : waiting;
  };
  if (!isLong) return walk();
  const simulation = ["test", "--profile", "simulation", "--lib", ...locked, "keeper::tests::simulation"];
  const month = await runCommand("cargo", [...simulation, "--", "--nocapture"], {
    KEEPER_REGISTRATIONS: "10000",
  });
  const walks = await walk({ TEST_LONG: "1" });
  return month === 0 ? walks : month;
}

/** `steps` are steps of the set-up, `build` wants dist/, `run(runCommand, browser, { isAll, isLong })` resolves to the exit status. */
export const suites = {
  native: {
    steps: ["rust"],
    run: (runCommand) =>
      runCommand("cargo", ["test", "--no-fail-fast", "--features", "test-doors", ...locked]),
  },
  sandbox: {
    steps: ["packages", "sandboxCode"],
    run: (runCommand) => runCommand("npm", ["test", "--silent", "-w", "sandbox"]),
  },
  js: {
    steps: ["packages", "sandboxCode"],
    build: true,
    // Most of these tests wait, and each file is a process of its own.
    run: (runCommand) =>
      runCommand(...split([...nodeTest, "--test-concurrency=6", "tests/js/**/*.test.mjs"])),
  },
  wasm: {
    steps: ["packages", "rust", "testTools", "sandboxCode", "browser", "firefox", "geckodriver"],
    run: runWasmTests,
  },
  conformance: {
    steps: ["packages", "rust", "buildTools", "browser", "firefox"],
    build: true,
    run: runConformanceTests,
  },
  session: {
    steps: ["packages", "sandboxCode", "browser", "firefox"],
    build: true,
    run: (runCommand) =>
      runCommand(
        ...split([
          ...nodeTest,
          "--test-timeout=240000",
          "--test-concurrency=4",
          "tests/session/**/*.test.mjs",
        ]),
      ),
  },
  keeper: {
    steps: ["packages", "rust", "sandboxCode", "browser", "firefox"],
    build: true,
    run: runKeeperTests,
  },
  types: {
    steps: ["packages"],
    build: true,
    run: (runCommand) => runCommand(...split([...nodeTest, "tests/types/**/*.test.mjs"])),
  },
  console: {
    steps: ["packages", "sandboxCode", "browser"],
    build: true,
    run: async (runCommand) => {
      const parts = await runCommand("npm", ["test", "--silent", "-w", "www"]);
      const walk = await runCommand(
        ...split([...nodeTest, "--test-concurrency=3", "tests/console/**/*.test.mjs"]),
      );
      return parts === 0 ? walk : parts;
    },
  },
  start: {
    steps: ["packages", "sandboxCode", "browser"],
    build: true,
    run: (runCommand) => runCommand(...split([...nodeTest, oneByOne, "tests/start/**/*.test.mjs"])),
  },
  packaging: {
    steps: ["packages", "sandboxCode", "browser"],
    build: true,
    run: (runCommand) => runCommand(...split([...nodeTest, oneByOne, "tests/packaging/**/*.test.mjs"])),
  },
  // The short form of `npm run bench`: bytes and preflights. Times are never tested.
  bench: {
    steps: ["packages", "sandboxCode", "browser"],
    build: true,
    run: (runCommand) => runCommand(...split([...nodeTest, oneByOne, "benches/test/**/*.test.mjs"])),
  },
};

function split([command, ...args]) {
  return [command, args];
}
