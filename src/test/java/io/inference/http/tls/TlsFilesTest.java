package io.inference.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
    private static TestCertificate one;
    private static TestCertificate other;

    @TempDir
    Path folder;

    @BeforeAll
    static void make() throws Exception {
        one = TestCertificate.make("RSA");
        other = TestCertificate.make("RSA");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void keysOfEveryUsualKindAreTaken(String algorithm) throws Exception {
        TestCertificate made = TestCertificate.make(algorithm);
        TlsFiles files = files(made.certPem(), made.keyPem());
        assertThat(files.parse(files.read()).certificate()).isEqualTo(made.certificate());
    }

    @Test
    void aKeyInTheOlderFormIsTaken() throws Exception {
        TlsFiles files = files(one.certPem(), one.pkcs1KeyPem());
        assertThat(files.parse(files.read()).described()).startsWith("CN=localhost, valid until 2");
    }

    @Test
    void aChainIsServedWhole() throws Exception {
        TlsFiles files = files(one.certPem() + other.certPem(), one.keyPem());
        assertThat(files.parse(files.read()).bundle().getStores().getKeyStore().getCertificateChain("ssl"))
                .containsExactly(one.certificate(), other.certificate());
    }

    @Test
    void bothFilesFaultsAreToldByTheirVariables() throws Exception {
        TlsFiles nowhere = new TlsFiles(Path.of("nowhere.crt"), Path.of("nowhere.key"));
        assertThat(faults(nowhere))
                .containsExactly(
                        "TLS_CERT_FILE names 'nowhere.crt', which cannot be read",
                        "TLS_KEY_FILE names 'nowhere.key', which cannot be read");
        assertThat(faults(files(one.keyPem(), one.certPem())))
                .hasSize(2)
                .anySatisfy(fault -> assertThat(fault).contains("holds no certificate"))
                .anySatisfy(fault -> assertThat(fault).contains("holds no private key"))
                .noneSatisfy(fault ->
                        assertThat(fault).contains(one.keyPem().lines().toList().get(3)));
    }

    @Test
    void aKeyOfAnotherCertificateIsAFault() throws Exception {
        assertThat(faults(files(one.certPem(), other.keyPem())).getFirst()).contains("which is not the key of");
        assertThat(faults(files(other.certPem() + one.certPem(), one.keyPem())).getFirst())
                .contains("which is not the key of the first certificate");
        TestCertificate ofAnotherKind = TestCertificate.make("EC");
        assertThat(faults(files(one.certPem(), ofAnotherKind.keyPem())).getFirst())
                .contains("which is not the key of");
    }

    @Test
    void aFileThatIsBeingWrittenIsCutOffWhereverThatIs() throws Exception {
        String chain = one.certPem() + other.certPem();
        for (int length = one.certPem().length() + 1; length < chain.length() - 1; length += 97) {
            assertThat(faults(files(chain.substring(0, length), one.keyPem())).getFirst())
                    .as("after " + length)
                    .contains("which is cut off");
        }
    }

    private static java.util.List<String> faults(TlsFiles files) {
        return catchThrowableOfType(UnusableTlsFilesException.class, () -> files.parse(files.read()))
                .faults();
    }

    private TlsFiles files(String cert, String key) throws Exception {
        return new TlsFiles(
                Files.writeString(folder.resolve("tls.crt"), cert), Files.writeString(folder.resolve("tls.key"), key));
    }
}
