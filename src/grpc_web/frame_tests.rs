use super::{Frame, FrameDecoder, FrameError, MAX_TRAILER_BYTES, encode};
use proptest::prelude::*;

fn frame(flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![flags];
    bytes.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn head(flags: u8, length: u32) -> Vec<u8> {
    let mut bytes = vec![flags];
    bytes.extend(length.to_be_bytes());
    bytes
}

fn held(decoder: &FrameDecoder) -> usize {
    decoder.bytes.capacity()
}

/// All frames of `chunks`, and the most that the decoder held at a time.
fn decode<'a>(
    limit: usize,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Frame>, Result<bool, FrameError>, usize) {
    let mut decoder = FrameDecoder::new(limit);
    let (mut frames, mut most) = (Vec::new(), 0);
    for chunk in chunks {
        let mut rest = chunk;
        loop {
            match decoder.push(rest) {
                Ok((Some(frame), behind)) => {
                    frames.push(frame);
                    rest = behind;
                }
                Ok((None, behind)) => {
                    assert!(behind.is_empty(), "stopped before the end of a chunk");
                    break;
                }
                Err(error) => return (frames, Err(error), most),
            }
            most = most.max(held(&decoder));
        }
        most = most.max(held(&decoder));
    }
    (frames, Ok(decoder.is_inside_frame()), most)
}

#[test]
fn writes_flag_length_and_message() {
    assert_eq!(encode(b"").unwrap(), [0, 0, 0, 0, 0]);
    assert_eq!(encode(b"abc").unwrap(), [0, 0, 0, 0, 3, b'a', b'b', b'c']);
    assert_eq!(encode(&vec![7; 0x1_0203]).unwrap()[..6], [0, 0, 1, 2, 3, 7]);
}

#[test]
fn finds_messages_and_trailers() {
    let body = [frame(0, b"one"), frame(0, b""), frame(0, b"three"), frame(0x80, b"x: 1")].concat();
    let expected =
        vec![Frame::Message(b"one".to_vec()), Frame::Another, Frame::Another, Frame::Trailers(b"x: 1".to_vec())];
    assert_eq!(decode(100, [body.as_slice()]).0, expected);
    assert_eq!(decode(100, body.chunks(1)).0, expected);
    let empty = [frame(0, b""), frame(0x80, b"")].concat();
    assert_eq!(decode(0, [empty.as_slice()]).0, [Frame::Message(Vec::new()), Frame::Trailers(Vec::new())]);
}

#[test]
fn leaves_what_is_behind_a_frame() {
    let mut decoder = FrameDecoder::new(9);
    let body = [frame(0, b"m"), b"behind".to_vec()].concat();
    let (found, behind) = decoder.push(&body).unwrap();
    assert_eq!(found, Some(Frame::Message(b"m".to_vec())));
    assert_eq!(behind, b"behind");
}

#[test]
fn knows_whether_a_frame_is_open() {
    let body = frame(0, b"abc");
    for end in 0..=body.len() {
        let expected = end != 0 && end != body.len();
        assert_eq!(decode(9, [&body[..end]]).1, Ok(expected), "{end}");
    }
}

#[test]
fn a_limit_is_what_still_fits() {
    let message = vec![1; 1_000];
    let exact = frame(0, &message);
    assert_eq!(decode(1_000, exact.chunks(7)).0, [Frame::Message(message)]);
    for (limit, announced) in [(999, 1_000), (1_000, 1_001), (1_000, u32::MAX), (0, 1)] {
        let (frames, error, most) = decode(limit, [head(0, announced).as_slice()]);
        assert_eq!(frames, []);
        assert_eq!(error, Err(FrameError::MessageTooLarge { announced: announced as usize }));
        assert_eq!(most, 0, "nothing is set aside for what is too large");
    }
}

#[test]
fn trailers_have_a_limit_of_their_own() {
    let exact = frame(0x80, &vec![b'x'; MAX_TRAILER_BYTES]);
    assert_eq!(decode(10, exact.chunks(1_000)).0, [Frame::Trailers(vec![b'x'; MAX_TRAILER_BYTES])]);
    let announced = u32::try_from(MAX_TRAILER_BYTES).unwrap() + 1;
    let (_, error, most) = decode(usize::MAX, [head(0x80, announced).as_slice()]);
    assert_eq!(error, Err(FrameError::TrailersTooLarge { announced: announced as usize }));
    assert_eq!(most, 0);
}

#[test]
fn a_length_is_only_a_claim() {
    let claim = head(0, 4 * 1024 * 1024);
    let (_, open, most) = decode(4 * 1024 * 1024, [claim.as_slice(), &[1; 100]]);
    assert_eq!(open, Ok(true));
    assert!(most <= 16 * 1024, "{most} bytes set aside after 100 came");
}

#[test]
fn refuses_flags_that_it_does_not_know_at_once() {
    for (flags, expected) in [
        (0x01, FrameError::CompressedMessage),
        (0x81, FrameError::CompressedTrailers),
        (0x02, FrameError::UnknownFlags(0x02)),
        (0x82, FrameError::UnknownFlags(0x82)),
        (0x03, FrameError::UnknownFlags(0x03)),
        (0xff, FrameError::UnknownFlags(0xff)),
    ] {
        assert_eq!(decode(9, [&[flags][..]]).1, Err(expected));
    }
}

#[test]
fn further_messages_are_not_kept_and_end_somewhere() {
    let first = frame(0, b"first");
    let further = frame(0, &[2; 50]);
    let (frames, _, most) = decode(50, [first.as_slice(), &further, &further]);
    assert_eq!(frames, [Frame::Message(b"first".to_vec()), Frame::Another, Frame::Another]);
    assert!(most <= 50);
    assert_eq!(decode(50, [first.as_slice(), &head(0, 51)]).1, Err(FrameError::MessageTooLarge { announced: 51 }));
    let empty = frame(0, b"");
    let endless = std::iter::repeat_n(empty.as_slice(), 20_000);
    assert_eq!(decode(50, endless).1, Err(FrameError::TooManyMessages));
}

fn any_frames() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..60)), 0..6)
}

/// `bytes` cut at the places `cuts`.
fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn what_was_written_is_read_however_it_is_cut(
        frames in any_frames(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut body = Vec::new();
        let mut expected = Vec::new();
        for (is_trailers, payload) in frames {
            body.extend(if is_trailers { frame(0x80, &payload) } else { encode(&payload).unwrap() });
            expected.push(match is_trailers {
                true => Frame::Trailers(payload),
                false if expected.iter().any(|frame| matches!(frame, Frame::Message(_))) => Frame::Another,
                false => Frame::Message(payload),
            });
        }
        let (found, open, most) = decode(60, cut(&body, &cuts));
        prop_assert_eq!(found, expected);
        prop_assert_eq!(open, Ok(false));
        prop_assert!(most <= 60);
    }

    #[test]
    fn anything_is_read_alike_however_it_is_cut(
        body in prop::collection::vec(prop_oneof![Just(0_u8), Just(0x80), Just(1), Just(3), any::<u8>()], 0..120),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        limit in 0_usize..300,
    ) {
        let whole = decode(limit, [body.as_slice()]);
        let pieces = decode(limit, cut(&body, &cuts));
        prop_assert_eq!((&whole.0, whole.1), (&pieces.0, pieces.1));
        prop_assert!(pieces.2 <= limit.max(MAX_TRAILER_BYTES));
    }
}
