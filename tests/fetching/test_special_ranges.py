"""The addresses that are never connected to: IANA's two registries entry by entry, and what hides in others."""

from ipaddress import ip_network

import pytest

from registry.fetching.special_ranges import IPV4, IPV6, special_purpose

# The address blocks of the IANA registries, written out anew from their pages (October 2025).
# fmt: off
IANA = [
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32",
    "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24",
    "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
    "224.0.0.0/4", "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
    "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128",
    "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28",
    "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48",
    "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8",
]
# fmt: on


@pytest.mark.parametrize("block", IANA)
def test_the_first_and_the_last_address_of_every_block_are_special(block: str) -> None:
    network = ip_network(block)
    assert special_purpose(str(network[0]))
    assert special_purpose(str(network[-1]))


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
     "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
     "223.255.255.255", "2001:200::", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "2003::1", "3ffe::1"],
)  # fmt: skip
def test_the_addresses_of_sites_are_not(text: str) -> None:
    assert special_purpose(text) is None


@pytest.mark.parametrize(
    "text",
    ["::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:0:808:808::1", "fec0::1", "4000::1",
     "1000::1", "fe80::1%eth0", "2606:4700::1111%1", "0177.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "",
     "a.example"],
)  # fmt: skip
def test_what_carries_another_address_or_is_none_is_special(text: str) -> None:
    assert special_purpose(text)


def test_every_range_says_what_it_is_and_is_a_network() -> None:
    for text, why in {**IPV4, **IPV6}.items():
        assert ip_network(text).with_prefixlen == text
        assert why
