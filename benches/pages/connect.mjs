// connect-web without an OAuth library.
import { calls } from "./connect-calls.mjs";
import { start } from "./page.mjs";

start(calls);
