//! What an encrypted value promises: it opens for its own merchant, table and column, under any key of the ring, and for
//! nothing else; and what one version stored, every later one reads.

use domain::PersonalData;

use super::super::{CustomerEmail, MerchantApiToken, NamedKey, WebhookBody, WebhookPersonalData};
use super::*;

const K1: NamedKey<'static> = NamedKey { id: "k1", key: &[1; 32] };
const K2: NamedKey<'static> = NamedKey { id: "2026-11", key: &[2; 32] };

fn ring(current: NamedKey<'static>) -> KeyRing {
    KeyRing::new(current, [])
}

fn merchant(last: char) -> MerchantId {
    MerchantId::parse(&format!("01JD8Q3VN7Z9M0A2B4C6D8E0F{last}")).unwrap()
}

fn nonce(byte: u8) -> Nonce {
    Nonce::new([byte; NONCE_BYTES])
}

fn address() -> Encrypted<CustomerEmail> {
    Encrypted::seal(&ring(K1), nonce(7), &merchant('1'), "ada@example.com")
}

#[test]
fn a_value_opens_as_it_was_and_does_not_show() {
    let sealed = address();
    assert_eq!(sealed.open(&ring(K1), &merchant('1')).unwrap(), "ada@example.com");
    assert!(!sealed.as_bytes().windows(3).any(|part| part == b"ada"));
    assert_eq!(format!("{sealed:?}"), r#"Encrypted { key_id: Some("k1"), bytes: 59 }"#);
    let again = Encrypted::<CustomerEmail>::seal(&ring(K1), nonce(8), &merchant('1'), "ada@example.com");
    assert_ne!(again.as_bytes(), sealed.as_bytes(), "equal values must not show as equal");
}

#[test]
fn it_opens_for_no_other_merchant_table_or_column() {
    let stored = address().as_bytes().to_vec();
    let refused = |error| assert!(matches!(error, DecryptError::Authentication), "{error}");
    refused(address().open(&ring(K1), &merchant('2')).unwrap_err());
    refused(Encrypted::<MerchantApiToken>::from_stored(stored.clone()).open(&ring(K1), &merchant('1')).unwrap_err());
    refused(Encrypted::<WebhookPersonalData>::from_stored(stored).open(&ring(K1), &merchant('1')).unwrap_err());
}

#[test]
fn every_changed_bit_is_noticed() {
    let stored = address().as_bytes().to_vec();
    for place in 0..stored.len() {
        for bit in 0..8 {
            let mut changed = stored.clone();
            changed[place] ^= 1 << bit;
            let opened = Encrypted::<CustomerEmail>::from_stored(changed).open(&ring(K1), &merchant('1'));
            assert!(opened.is_err(), "bit {bit} of byte {place}");
        }
    }
    for length in 0..stored.len() {
        let cut = Encrypted::<CustomerEmail>::from_stored(stored[..length].to_vec());
        assert!(cut.open(&ring(K1), &merchant('1')).is_err(), "{length} bytes");
    }
}

#[test]
fn a_ring_reads_every_key_it_has_and_names_the_one_it_lacks() {
    let rotated = KeyRing::new(K2, [K1]);
    assert_eq!(address().open(&rotated, &merchant('1')).unwrap(), "ada@example.com");
    let new = Encrypted::<CustomerEmail>::seal(&rotated, nonce(9), &merchant('1'), "ada@example.com");
    assert_eq!(new.key_id(), Some("2026-11"));
    let refused = new.open(&ring(K1), &merchant('1')).unwrap_err();
    assert!(matches!(&refused, DecryptError::UnknownKey(name) if name == "2026-11"), "{refused}");
    let other = KeyRing::new(NamedKey { id: "k1", key: &[3; 32] }, []);
    assert!(matches!(address().open(&other, &merchant('1')), Err(DecryptError::Authentication)));
}

#[test]
fn what_earlier_versions_stored_is_told_from_it() {
    let pgcrypto = [0xC3, 0x0D, 0x04, 0x09, 0x00, 0x02, 1, 2, 3, 4, 5, 6, 7, 8];
    let mut stored = vec![pgcrypto.to_vec(), Vec::new(), b"clear text".to_vec()];
    // Bodies were LZ4 with their length in front; the last byte of any length that was taken is 0 or 1.
    for length in [0_u32, 1, 0x0000_0201, 0x00FF_1001, 0x0100_0000] {
        stored.push([&length.to_le_bytes()[..], &[0x41; 80]].concat());
    }
    for bytes in stored {
        let old = Encrypted::<WebhookBody>::from_stored(bytes);
        assert_eq!(old.key_id(), None, "{old:?}");
        assert!(matches!(old.open(&ring(K1), &merchant('1')), Err(DecryptError::Format)));
    }
}

#[test]
fn bodies_and_personal_data_come_back_as_they_were() {
    let raw = "{\"id\":1,\"note\":\"é\\u0000\"}".repeat(400);
    for body in [raw.as_bytes(), b"", &[0xFF, 0x00]] {
        let sealed = Encrypted::<WebhookBody>::seal(&ring(K1), nonce(1), &merchant('1'), body);
        assert_eq!(sealed.open(&ring(K1), &merchant('1')).unwrap(), body);
    }
    let compressed = Encrypted::<WebhookBody>::seal(&ring(K1), nonce(1), &merchant('1'), raw.as_bytes());
    assert!(compressed.as_bytes().len() < raw.len() / 10);
    let data = PersonalData { email: Some("ada@example.com".to_owned()), locale: Some("de-CH".to_owned()) };
    let sealed = Encrypted::<WebhookPersonalData>::seal(&ring(K1), nonce(2), &merchant('1'), &data);
    assert_eq!(sealed.open(&ring(K1), &merchant('1')).unwrap(), data);
}

#[test]
fn a_body_that_claims_to_be_huge_is_not_decompressed() {
    let bomb = [&u32::MAX.to_le_bytes()[..], &[0x1F, 0x41, 1, 0]].concat();
    assert!(WebhookBody::decode(&bomb).unwrap_err().to_string().contains("too large"));
}

/// Stored by the first version of the format. It must open for ever.
#[test]
fn a_ciphertext_of_the_first_version_opens() {
    let frozen = "01026b31070707070707070707070707070707070707070707070707ab342b72559aa612f1a841939b4aa9ce2ed6729f245831d43a32f46e25bfcc";
    let stored = (0..frozen.len()).step_by(2).map(|at| u8::from_str_radix(&frozen[at..at + 2], 16).unwrap());
    let sealed = Encrypted::<CustomerEmail>::from_stored(stored.collect());
    assert_eq!(sealed.open(&ring(K1), &merchant('1')).unwrap(), "ada@example.com");
    assert_eq!(sealed.as_bytes(), address().as_bytes(), "and it is made likewise still");
}
