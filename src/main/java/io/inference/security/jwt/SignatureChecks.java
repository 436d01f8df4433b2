package io.inference.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import java.security.Key;

/** Nimbus' signature verifiers, and the one for EdDSA. Each accepts keys of its own type only. */
final class SignatureChecks extends DefaultJWSVerifierFactory {
    @Override
    public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
        return JWSAlgorithm.EdDSA.equals(header.getAlgorithm())
                ? new Ed25519(key)
                : super.createJWSVerifier(header, key);
    }
}
