//! One file for each thing that only a browser can show.

mod attempts;
mod calls;
mod causes;
mod patched;
mod platform;
mod sandbox;
