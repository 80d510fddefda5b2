"""Keys whose private half is printed in a specification, and which therefore prove nothing.

The last of each are those of this project's own vectors (`registry/vectors`). Each entry is the x
coordinate as a JWK writes it. A key is refused by x alone, because whoever knows the private key
of a point also knows that of its negative (for Ed25519, the same y with the other sign bit; for
P-256, the same x with the other y).
"""

from types import MappingProxyType
from typing import Final

# In a JWK for Ed25519 "x" is the whole encoded point: y with the sign of x in the top bit.
ED25519: Final = MappingProxyType(
    {
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo": "RFC 8032 test 1, RFC 8037 A.2",
        "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw": "RFC 8032 test 2",
        "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU": "RFC 8032 test 3",
        "J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4": "RFC 8032 test 1024",
        "7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8": "RFC 8032 test SHA(abc), Ed25519ph",
        "38lCXk-Wj38MKfAlnPX5rtaFHCu0rYv7hgz-4KskgpI": "RFC 8032 Ed25519ctx",
        "Dx0SdJQ7kUFYiRUuiT2A6TJ1ofwLZf1xtLDdoQrX13I": "RFC 8032 Ed25519ctx",
        "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs": "RFC 9421 B.1.4, Web Bot Auth samples",
        "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg": "this project's test vectors",
        "Kay64UG8yvCyLhqU000LxzYeUm0L_hLIl5S8kyKWbdc": "this project's test vectors",
    }
)

P256: Final = MappingProxyType(
    {
        "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA": "RFC 9421 B.1.3",
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4": "RFC 7517 A.1",
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU": "RFC 7515 A.3",
        "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0": "RFC 7518 C",
        "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ": "RFC 7518 C",
        "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs": "RFC 9449",
        "YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y": "RFC 6979 A.2.5",
        "aOx88IzUEG5DsU3olUJlIr0KRRUMAn5Fx5U0NNdH57o": "this project's test vectors",
    }
)
