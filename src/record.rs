//! Lists as bytes of fixed lengths, which are read many times faster than numbers of as many bytes as they need: a hook reads what is known of
//! thousands of files and looks at few.

use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// What has such a form.
pub trait Record: Sized {
    /// Appends it.
    fn put(&self, to: &mut Vec<u8>);

    /// Takes it from the front; none where that is not what was put.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

macro_rules! number {
    ($($of:ty),*) => {$(
        impl Record for $of {
            fn put(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                let (head, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(<$of>::from_le_bytes(*head))
            }
        }
    )*};
}

number!(u8, u32, u64, u128, i64);

impl Record for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        u8::take(from).map(|byte| byte != 0)
    }
}

impl Record for String {
    fn put(&self, to: &mut Vec<u8>) {
        (self.len() as u64).put(to);
        to.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u64::take(from)?).ok()?;
        let (head, rest) = from.split_at_checked(length)?;
        *from = rest;
        std::str::from_utf8(head).ok().map(str::to_owned)
    }
}

impl<T: Record> Record for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        if let Some(one) = self {
            one.put(to);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

/// A list of records among other data, for `#[serde(with = "record::list")]`.
pub mod list {
    use super::*;

    /// Packs it.
    pub fn serialize<T: Record, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        (list.len() as u64).put(&mut bytes);
        list.iter().for_each(|one| one.put(&mut bytes));
        serializer.serialize_bytes(&bytes)
    }

    /// Reads it.
    pub fn deserialize<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        struct All<T>(PhantomData<T>);

        impl<T: Record> Visitor<'_> for All<T> {
            type Value = Vec<T>;

            fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                to.write_str("records")
            }

            fn visit_bytes<E: Error>(self, mut bytes: &[u8]) -> Result<Vec<T>, E> {
                let count = u64::take(&mut bytes).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
                // A record has a byte at least, whatever a broken number says.
                let mut all = Vec::with_capacity(count.min(bytes.len()));
                while !bytes.is_empty() {
                    all.push(T::take(&mut bytes).ok_or_else(|| E::custom("a record that ends too soon"))?);
                }
                if all.len() == count { Ok(all) } else { Err(E::custom("records that are not as many as is said")) }
            }
        }

        deserializer.deserialize_bytes(All(PhantomData))
    }
}

/// A list that is kept as bytes, and made again for whoever reads it: many files hold many, of which each is read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed<T> {
    bytes: Box<[u8]>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Packed<T> {
    fn default() -> Self {
        Packed { bytes: Box::default(), of: PhantomData }
    }
}

impl<T: Serialize + DeserializeOwned> Packed<T> {
    /// Packs a list of plain data.
    pub fn of(list: &[T]) -> Packed<T> {
        let bytes = if list.is_empty() { Vec::new() } else { postcard::to_stdvec(list).unwrap_or_default() };
        Packed { bytes: bytes.into(), of: PhantomData }
    }

    /// The list.
    pub fn list(&self) -> Vec<T> {
        // No byte stands for no list, which needs none.
        if self.is_empty() { Vec::new() } else { postcard::from_bytes(&self.bytes).unwrap_or_default() }
    }
}

impl<T> Packed<T> {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl<T> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.bytes)
    }
}

impl<'de, T> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Box<[u8]>;

            fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                to.write_str("a packed list")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Box<[u8]>, E> {
                Ok(bytes.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Box<[u8]>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes.into())
            }
        }

        deserializer.deserialize_bytes(Bytes).map(|bytes| Packed { bytes, of: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Shelf {
        #[serde(with = "list")]
        books: Vec<Option<String>>,
        room: u8,
    }

    #[test]
    fn what_is_packed_is_read_and_what_is_cut_is_refused() {
        let shelf = Shelf { books: vec![Some("é".to_owned()), None, Some(String::new())], room: 7 };
        let bytes = postcard::to_stdvec(&shelf).unwrap();
        assert_eq!(postcard::from_bytes::<Shelf>(&bytes).unwrap(), shelf);
        for end in 0..bytes.len() {
            assert!(postcard::from_bytes::<Shelf>(&bytes[..end]).is_err(), "{end}");
        }
        let mut wrong = bytes.clone();
        wrong[10] = 200;
        assert!(postcard::from_bytes::<Shelf>(&wrong).is_err(), "a length beyond the end");
    }
}
