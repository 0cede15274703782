//! Where a request came from, for limits per caller.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// An address as limits see it: IPv4 whole, IPv6 by its /64, of which one household has at least
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(u64);

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(u64::from(v4.to_bits())),
            IpAddr::V6(v6) => {
                let [network @ .., _, _, _, _] = v6.segments();
                Self(
                    network
                        .into_iter()
                        .fold(0, |key, part| key << 16 | u64::from(part)),
                )
            }
        }
    }
}

/// Who is calling: the other end of the connection or, behind a trusted proxy, whom the proxy
/// names.
///
/// Of a list in `X-Forwarded-For` only the last entry was written by the proxy itself; the ones
/// before it are the caller's own words.
pub fn caller(headers: &HeaderMap, peer: SocketAddr, trust_proxy: bool) -> AddressKey {
    let named = || {
        let last = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?;
        last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let address = if trust_proxy { named() } else { None };
    address.unwrap_or_else(|| peer.ip()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AddressKey {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_household_is_one_caller() {
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_entry() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9".parse().unwrap());
        headers.append(
            "x-forwarded-for",
            "198.51.100.1, 192.0.2.7".parse().unwrap(),
        );
        let peer: SocketAddr = "127.0.0.1:5".parse().unwrap();
        assert_eq!(caller(&headers, peer, true), key("192.0.2.7"));
        assert_eq!(caller(&headers, peer, false), key("127.0.0.1"));
        assert_eq!(caller(&HeaderMap::new(), peer, true), key("127.0.0.1"));
    }
}
