#!/usr/bin/env node
import { runCommandLine } from "../src/command-line.js";

await runCommandLine(process.argv.slice(2));
