//! Mutations that know the form of what they change. Inputs stay raw bytes, so that a seed is a body, a block, a value;
//! half of the mutations are libFuzzer's own.

use libfuzzer_sys::fuzzer_mutate;

/// Numbers from libFuzzer's seed.
pub struct Dice(u32);

impl Dice {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// The mutator of a target: `shape` changes the input as a whole, or libFuzzer changes its bytes.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, shape: fn(&[u8], &mut Dice) -> Vec<u8>) -> usize {
    let mut dice = Dice(seed | 1);
    if dice.below(2) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = shape(&data[..size], &mut dice);
    let size = changed.len().min(max_size).min(data.len());
    data[..size].copy_from_slice(&changed[..size]);
    size
}

/// Flags with the payload, and how long it claims to be.
struct Frame {
    flags: u8,
    length: u32,
    payload: Vec<u8>,
}

fn split(data: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut rest = data;
    while let [flags, a, b, c, d, behind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        let (payload, behind) = behind.split_at((length as usize).min(behind.len()));
        frames.push(Frame { flags: *flags, length, payload: payload.to_vec() });
        rest = behind;
    }
    frames
}

/// A body of frames: other flags, lengths, payloads; frames more, fewer, in another order.
pub fn frames(data: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut frames = split(data);
    let at = dice.below(frames.len());
    match (dice.below(8), frames.is_empty()) {
        (0, _) | (_, true) => {
            let flags = *dice.pick(&[&0, &0, &0x80, &0x80, &1, &0x81, &2]);
            let payload = if flags & 0x80 == 0 { vec![7; dice.below(1_100)] } else { lines(b"grpc-status: 0", dice) };
            frames.insert(at, Frame { flags, length: payload.len() as u32, payload });
        }
        (1, _) => frames[at].flags = *dice.pick(&[&0, &0x80, &1, &0x81, &0xff, &0x40]),
        (2, _) => frames[at].length = *dice.pick(&[&0, &1, &999, &1_000, &1_001, &32_768, &32_769, &65_536, &65_537, &u32::MAX]),
        (3, _) => {
            let payload = lines(&frames[at].payload, dice);
            frames[at].length = payload.len() as u32;
            frames[at].payload = payload;
        }
        (4, _) => drop(frames.remove(at)),
        (5, _) => {
            let other = dice.below(frames.len());
            frames.swap(at, other);
        }
        (6, _) => {
            let end = dice.below(frames[at].payload.len() + 1);
            frames[at].payload.truncate(end);
        }
        _ => frames[at].length = frames[at].payload.len() as u32,
    }
    let mut out = Vec::new();
    for frame in frames {
        out.push(frame.flags);
        out.extend(frame.length.to_be_bytes());
        out.extend(frame.payload);
    }
    out
}

const NAMES: [&str; 9] = [
    "grpc-status", "grpc-message", "grpc-status-details-bin", "GRPC-Status", "x-a", "x-bin", "grpc-retry-pushback-ms",
    "retry-after", "content-type",
];
const VALUES: [&str; 16] = [
    "0", "5", "16", "17", "0, 0", "0,13", "-1", "%41%", "%ff%zz", "YQ==, Yg", "!!", "CAUSAWE", "Sun, 06 Nov 1994 08:49:37 GMT",
    "120", "application/grpc-web-text+proto", " \t blanks \t ",
];
const LINE_ENDS: [&str; 4] = ["\r\n", "\n", "\r\n\r\n", ""];

/// Lines of names and values: one more, one fewer, one changed.
pub fn lines(data: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = data.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = dice.below(lines.len());
    let line = [dice.pick(&NAMES), dice.pick(&[": ", ":", " : "]), dice.pick(&VALUES), dice.pick(&LINE_ENDS)].concat();
    match (dice.below(4), lines.is_empty()) {
        (0, _) | (_, true) => lines.insert(at, line.into_bytes()),
        (1, _) => drop(lines.remove(at)),
        (2, _) => lines[at] = line.into_bytes(),
        _ => {
            let copy = lines[dice.below(lines.len())].clone();
            lines.insert(at, copy);
        }
    }
    lines.concat()
}

/// Base64: characters and padding put in, taken out, moved to the end of a group of four.
pub fn base64(data: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = data.to_vec();
    let part = dice.pick(&["=", "==", "A", "AA", "AA==", "AAA=", "AAAA", "+/", "-_", "\n", "gAAAAA9ncnBjLXN0YXR1czogMA0K"]);
    let at = dice.below(out.len() + 1);
    match dice.below(3) {
        0 => drop(out.splice(at..at, part.bytes())),
        1 => drop(out.splice(at..(at + dice.below(5)).min(out.len()), [])),
        _ => {
            let at = (at / 4 * 4).min(out.len());
            drop(out.splice(at..at, part.bytes()));
        }
    }
    out
}

/// A content type out of its usual parts.
pub fn words(data: &[u8], dice: &mut Dice) -> Vec<u8> {
    let parts = [
        "application/grpc-web", "application/grpc", "-text", "+proto", "+json", "+thrift", ";", "; charset=utf-8", " ", "\t", "text/html",
        "APPLICATION/", "Grpc-Web", ",", "\u{212a}", "\u{a0}",
    ];
    let mut out = data.to_vec();
    let at = dice.below(out.len() + 1);
    let end = (at + dice.below(8)).min(out.len());
    let part = dice.pick(&parts);
    drop(if dice.below(2) == 0 { out.splice(at..at, part.bytes()) } else { out.splice(at..end, part.bytes()) });
    out
}

/// A whole reply: its status, its headers or its body.
pub fn reply(data: &[u8], dice: &mut Dice) -> Vec<u8> {
    let split = data.windows(2).position(|pair| pair == b"\n\n").map_or(data.len(), |at| at + 2);
    let (head, body) = data.split_at(split);
    match dice.below(6) {
        0 => {
            let status = dice.pick(&["200", "204", "401", "404", "429", "503", "0", "65535"]);
            let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
            [status.as_bytes(), &data[end..]].concat()
        }
        1 | 2 => [&lines(head, dice)[..], body].concat(),
        3 => [head, &base64(body, dice)[..]].concat(),
        _ => [head, &frames(body, dice)[..]].concat(),
    }
}
