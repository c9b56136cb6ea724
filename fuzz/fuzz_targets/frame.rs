#![no_main]
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    sipbreakout_fuzz::mutate(data, size, max_size, seed, sipbreakout_fuzz::frames)
});

fuzz_target!(|data: &[u8]| sipbreakout_web::grpc_web::doors::frame(data));
