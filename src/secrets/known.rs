//! Values that everybody knows, kept as 128-bit FNV-1a hashes so that this source holds none of them.
//!
//! Documentation values are no secrets; a tutorial's signing key in a running application is worse than a secret.

/// Why a value is known to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// An example of a provider's documentation or an emulator's fixed key: opens nothing.
    Documentation,
    /// A signing key copied from a tutorial: whoever uses it can be forged by anybody.
    CopiedKey,
}

/// Whether a value is one that everybody knows.
#[must_use]
pub fn known(value: &str) -> Option<Known> {
    if !(20..=256).contains(&value.len()) {
        return None;
    }
    let hash = fnv1a_128(value.as_bytes());
    KNOWN.iter().find(|(known, _)| *known == hash).map(|(_, kind)| *kind)
}

/// FNV-1a, 128 bits (draft-eastlake-fnv). Not cryptographic, and need not be: the values are public.
fn fnv1a_128(bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

const KNOWN: &[(u128, Known)] = &[
    // AWS documentation: two access key ids, the secret that goes with the first (two spellings) and the second.
    (0x3d95_fbe3_c860_0aed_265f_ef30_d7ef_8f28, Known::Documentation),
    (0x69b4_7016_2a9a_bc6d_6c57_bf00_8fc3_f739, Known::Documentation),
    (0x27fd_d6a6_0e98_44c3_700a_c33d_07ea_daa2, Known::Documentation),
    (0x9a9a_cf11_8f23_6843_aa44_4084_e664_e386, Known::Documentation),
    (0x52ff_b4bb_103a_b4ab_5ee5_4e5f_e42a_0885, Known::Documentation),
    // jwt.io: the sample tokens (John Doe), newer and older payload.
    (0x77ad_d7dd_9a3a_c38e_afd2_d88a_d651_1f33, Known::Documentation),
    (0x4e29_3e96_679d_a94e_2f5f_4410_4d6c_d0a3, Known::Documentation),
    // learn.microsoft.com: Azurite's storage key, the Cosmos DB emulator's key.
    (0x563d_4120_48fe_a95c_05a7_74eb_a0e3_37f7, Known::Documentation),
    (0xc99b_bec2_b6ed_23db_b316_a65b_a449_e9ac, Known::Documentation),
    // hardhat.org, "Accounts": the mnemonic of the local network (Foundry has it, too).
    (0xefc0_ec19_5925_7cff_5d28_7ebd_852d_5505, Known::Documentation),
    // docs.stripe.com: sample test keys.
    (0x22e3_16aa_3071_03b2_75dd_4d19_31f5_0c5c, Known::Documentation),
    (0x843e_cce0_0813_af95_e520_041d_4c3a_dc1f, Known::Documentation),
    // fastapi.tiangolo.com, "OAuth2 with Password and JWT tokens": SECRET_KEY.
    (0x0572_4477_2f1a_ac83_66f1_adf3_6483_9797, Known::CopiedKey),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_the_published_function() {
        // Test vectors of draft-eastlake-fnv: "" and "a".
        assert_eq!(fnv1a_128(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a_128(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    #[test]
    fn knows_documentation_values_and_nothing_else() {
        let id = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
        assert_eq!(known(&id), Some(Known::Documentation));
        assert_eq!(known(&["wJalrXUtnFEMI", "/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat()), Some(Known::Documentation));
        assert_eq!(known(&["wJalrXUtnFEMI", "/K7MDENG+", "bPxRfiCYEXAMPLEKEY"].concat()), Some(Known::Documentation));
        assert_eq!(
            known(&["09d25e094faa6ca2556c818166b7a956", "3b93f7099f6f0f4caa6cf63b88e8d3e7"].concat()),
            Some(Known::CopiedKey)
        );
        assert_eq!(known(&id[1..]), None);
        assert_eq!(known(""), None);
    }
}
