//! Frames: one byte of flags, four of length, then that many bytes. Made whole for requests, found piecemeal in
//! replies, where a chunk may end anywhere.

/// More than any server sends; a limit so that the trailers can't be used to fill the memory.
pub(super) const MAX_TRAILER_BYTES: usize = 64 * 1024;

/// Set aside before a frame's first byte has come. A length is only a claim: the rest is set aside when this is full.
const FIRST_RESERVE: usize = 16 * 1024;

const HEAD_BYTES: usize = 5;

/// `message` as one frame; `None` when its length can't be written in four bytes.
pub(super) fn encode(message: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(message.len()).ok()?;
    let mut frame = Vec::with_capacity(HEAD_BYTES + message.len());
    frame.push(0);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(message);
    Some(frame)
}

/// What one frame brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The first message.
    Message(Vec<u8>),
    /// A further message; its bytes were not kept.
    Another,
    /// The trailers.
    Trailers(Vec<u8>),
}

/// Why a body can't be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// A message over the limit.
    MessageTooLarge { announced: usize },
    /// Trailers over [`MAX_TRAILER_BYTES`].
    TrailersTooLarge { announced: usize },
    /// The flag of compression, though none was offered.
    CompressedMessage,
    /// The same on the trailers.
    CompressedTrailers,
    /// Flags that nobody has defined.
    UnknownFlags(u8),
    /// Messages behind the first, together over the limit.
    TooManyMessages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    Message,
    Another,
    Trailers,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Flags,
    Length { kind: FrameKind, seen: u8, length: u32 },
    Payload { kind: FrameKind, missing: usize },
}

/// Finds the frames of a unary reply. Holds at most the message and the trailers, each within its limit.
#[derive(Debug)]
pub(super) struct FrameDecoder {
    limit: usize,
    state: State,
    /// What has come of the present payload, if it is kept.
    bytes: Vec<u8>,
    has_message: bool,
    /// Bytes of frames that are read but not kept.
    skipped: usize,
}

impl FrameDecoder {
    /// A message may have `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, state: State::Flags, bytes: Vec::new(), has_message: false, skipped: 0 }
    }

    /// True when a frame has begun and not ended.
    pub(super) fn is_inside_frame(&self) -> bool {
        !matches!(self.state, State::Flags)
    }

    /// How many bytes more the next frame needs at least.
    pub(super) fn missing(&self) -> usize {
        match self.state {
            State::Flags => HEAD_BYTES,
            State::Length { seen, .. } => HEAD_BYTES - 1 - usize::from(seen),
            State::Payload { missing, .. } => missing,
        }
    }

    /// Takes bytes up to the end of a frame: that frame, if it ended, and the bytes behind it.
    pub(super) fn push<'a>(&mut self, input: &'a [u8]) -> Result<(Option<Frame>, &'a [u8]), FrameError> {
        let mut input = input;
        loop {
            match self.state {
                State::Flags => {
                    let Some((&flags, rest)) = input.split_first() else { return Ok((None, input)) };
                    input = rest;
                    self.state = State::Length { kind: self.kind(flags)?, seen: 0, length: 0 };
                }
                State::Length { kind, seen: 4, length } => self.state = self.payload(kind, length)?,
                State::Length { kind, seen, length } => {
                    let Some((&byte, rest)) = input.split_first() else { return Ok((None, input)) };
                    input = rest;
                    self.state = State::Length { kind, seen: seen + 1, length: length << 8 | u32::from(byte) };
                }
                State::Payload { kind, missing } => {
                    let (taken, rest) = input.split_at_checked(missing).unwrap_or((input, &[]));
                    let missing = missing - taken.len();
                    if kind != FrameKind::Another {
                        keep(&mut self.bytes, taken, missing);
                    }
                    if missing > 0 {
                        self.state = State::Payload { kind, missing };
                        return Ok((None, rest));
                    }
                    self.state = State::Flags;
                    return Ok((Some(self.finish(kind)), rest));
                }
            }
        }
    }

    fn kind(&self, flags: u8) -> Result<FrameKind, FrameError> {
        match flags {
            0x00 if self.has_message => Ok(FrameKind::Another),
            0x00 => Ok(FrameKind::Message),
            0x80 => Ok(FrameKind::Trailers),
            0x01 => Err(FrameError::CompressedMessage),
            0x81 => Err(FrameError::CompressedTrailers),
            other => Err(FrameError::UnknownFlags(other)),
        }
    }

    /// The place where the limits are looked at, before anything is set aside for the frame.
    fn payload(&mut self, kind: FrameKind, length: u32) -> Result<State, FrameError> {
        let announced = usize::try_from(length).unwrap_or(usize::MAX);
        match kind {
            FrameKind::Message | FrameKind::Another if announced > self.limit => {
                return Err(FrameError::MessageTooLarge { announced });
            }
            FrameKind::Trailers if announced > MAX_TRAILER_BYTES => {
                return Err(FrameError::TrailersTooLarge { announced });
            }
            // Further messages are read only because an error status may follow; not without end.
            FrameKind::Another => {
                self.skipped = self.skipped.saturating_add(announced).saturating_add(HEAD_BYTES);
                if self.skipped > self.limit.saturating_add(MAX_TRAILER_BYTES) {
                    return Err(FrameError::TooManyMessages);
                }
            }
            FrameKind::Message | FrameKind::Trailers => {}
        }
        Ok(State::Payload { kind, missing: announced })
    }

    fn finish(&mut self, kind: FrameKind) -> Frame {
        let bytes = std::mem::take(&mut self.bytes);
        match kind {
            FrameKind::Message => {
                self.has_message = true;
                Frame::Message(bytes)
            }
            FrameKind::Another => Frame::Another,
            FrameKind::Trailers => Frame::Trailers(bytes),
        }
    }
}

/// Appends without ever setting aside more than the frame needs.
fn keep(bytes: &mut Vec<u8>, taken: &[u8], missing: usize) {
    let wanted = taken.len() + missing;
    if bytes.capacity() == 0 && taken.len() < FIRST_RESERVE {
        bytes.reserve_exact(wanted.min(FIRST_RESERVE));
    } else if bytes.capacity() - bytes.len() < taken.len() {
        bytes.reserve_exact(wanted);
    }
    bytes.extend_from_slice(taken);
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "frame_tests.rs"]
mod tests;
