//! However a reply is cut into pieces, the outcome is the same: the hostile replies of `fuzz/corpus/reply/`, ordinary ones
//! of all sizes, and large ones; with every single cut, every pair of cuts, byte by byte, and in a thousand random ways.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sipbreakout_web::grpc_web::doors::Sample;
use std::fs;
use std::path::Path;

/// Up to this many bytes of a body every pair of cuts is tried.
const ALL_PAIRS_BYTES: usize = 200;
const RANDOM_CHUNKINGS: usize = 1_000;

/// xorshift: the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap() % end
    }
}

fn frame(flags: u8, payload: &[u8]) -> Vec<u8> {
    [&[flags][..], &u32::try_from(payload.len()).unwrap().to_be_bytes(), payload].concat()
}

fn sample(content_type: &str, body: &[u8]) -> Vec<u8> {
    [format!("200\ncontent-type: {content_type}\nx-h: 1\n\n").as_bytes(), body].concat()
}

/// An answer of `size` bytes, in binary and in text mode, padded at each flush.
fn ordinary(size: usize) -> [Vec<u8>; 2] {
    let message: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
    let frames = [frame(0, &message), frame(0x80, b"grpc-status: 0\r\nx-t: 1\r\n")];
    let text: String = frames.iter().map(|frame| STANDARD.encode(frame)).collect();
    [sample("application/grpc-web+proto", &frames.concat()), sample("application/grpc-web-text", text.as_bytes())]
}

/// The seeds of the corpus (what fuzzing found has a hash for its name) whose body can be cut.
fn hostile() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/reply");
    let files = fs::read_dir(folder).expect("a folder of replies");
    let is_seed = |path: &Path| path.file_name().is_some_and(|name| name.len() != 40);
    let mut paths: Vec<_> = files.map(|entry| entry.expect("an entry").path()).filter(|path| is_seed(path)).collect();
    paths.sort();
    let replies = paths.into_iter().map(|path| fs::read(path).expect("readable"));
    replies.filter(|reply| Sample::new(reply).body.len() > 4).collect()
}

/// Returns how many chunkings were tried.
fn check(reply: &[u8], dice: &mut Dice) -> usize {
    let sample = Sample::new(reply);
    let body = sample.body;
    let expected = sample.outcome([body]);
    let mut tried = 0;
    let mut judge = |pieces: &[&[u8]]| {
        tried += 1;
        let outcome = sample.outcome(pieces.iter().copied());
        assert_eq!(outcome, expected, "{pieces:?} of {}", String::from_utf8_lossy(reply));
    };
    for first in 0..=body.len() {
        judge(&[&body[..first], &body[first..]]);
        if body.len() <= ALL_PAIRS_BYTES {
            for second in first..=body.len() {
                judge(&[&body[..first], &body[first..second], &body[second..]]);
            }
        }
    }
    judge(&body.chunks(1).collect::<Vec<_>>());
    for _ in 0..RANDOM_CHUNKINGS {
        let most = 1 + dice.below(body.len().max(1));
        let (mut pieces, mut rest) = (Vec::new(), body);
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(1 + dice.below(most)));
            pieces.push(piece);
            rest = behind;
        }
        judge(&pieces);
    }
    tried
}

#[test]
fn every_chunking_of_every_reply_has_the_same_outcome() {
    let mut replies: Vec<Vec<u8>> = (0..60).flat_map(|step| ordinary(step * 3)).collect();
    let ordinary_ones = replies.len();
    replies.extend(hostile());
    let small = replies.len();
    replies.extend([3_000, 8_192, 23_000].into_iter().flat_map(ordinary));
    let mut dice = Dice(0x5eed);
    let tried: usize = replies.iter().map(|reply| check(reply, &mut dice)).sum();
    println!("{} replies, {ordinary_ones} of them ordinary, {tried} chunkings", replies.len());
    assert!(small >= 200, "{small} replies");
}
