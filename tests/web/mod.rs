//! One file for each thing that only a browser can show.

mod calls;
mod fetch;
mod platform;
mod sign_in;

/// Where the sandbox listens.
pub fn sandbox() -> &'static str {
    // Not env!: the checks compile this without a sandbox.
    let Some(address) = option_env!("SIPBREAKOUT_SANDBOX") else {
        panic!("SIPBREAKOUT_SANDBOX names no sandbox: use npm run test:wasm")
    };
    address
}
