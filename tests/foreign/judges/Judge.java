// Judges certificates as Java does: CertPathValidator, PKIX, with a list or an answer.
//
//   java Judge.java FOLDER crl|ocsp MOMENT NAME...
//
// MOMENT in seconds since 1970. Prints name, verdict, CN and O of each.

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.PrintStream;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

public class Judge {
    private static Path folder;
    private static CertificateFactory factory;

    public static void main(String[] arguments) throws Exception {
        folder = Path.of(arguments[0]);
        factory = CertificateFactory.getInstance("X.509");
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var moment = new Date(Long.parseLong(arguments[2]) * 1000);
        for (int at = 3; at < arguments.length; at++) {
            String name = arguments[at];
            X509Certificate leaf = certificate(name + ".leaf.der");
            String verdict = verdict(name, leaf, arguments[1].equals("ocsp"), moment);
            String subject = leaf.getSubjectX500Principal().getName();
            out.println(String.join("\t", name, verdict, part(subject, "CN"),
                part(subject, "O")));
        }
    }

    private static String verdict(String name, X509Certificate leaf, boolean ocsp,
            Date moment) throws Exception {
        var anchor = new TrustAnchor(certificate(name + ".root.der"), null);
        var issuing = certificate("issuing.der");
        var parameters = new PKIXParameters(Set.of(anchor));
        parameters.setDate(moment);
        var lists = new ArrayList<CRL>();
        lists.add(list("root.crl"));
        if (!ocsp) {
            lists.add(list("issuing.crl"));
        }
        parameters.addCertStore(CertStore.getInstance("Collection",
            new CollectionCertStoreParameters(lists)));
        var validator = CertPathValidator.getInstance("PKIX");
        var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        if (ocsp) {
            checker.setOcspResponses(Map.of(leaf, read(name + ".ocsp")));
        } else {
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS,
                PKIXRevocationChecker.Option.NO_FALLBACK));
        }
        parameters.addCertPathChecker(checker);
        try {
            validator.validate(factory.generateCertPath(List.of(leaf, issuing)),
                parameters);
            return "good";
        } catch (CertPathValidatorException refused) {
            var reason = refused.getReason();
            if (reason == CertPathValidatorException.BasicReason.REVOKED) {
                return "revoked";
            }
            if (reason == CertPathValidatorException.BasicReason.EXPIRED) {
                return "expired";
            }
            return reason == CertPathValidatorException.BasicReason.INVALID_SIGNATURE
                    || refused.getMessage().contains("trust anchor")
                ? "untrusted"
                : refused.toString();
        }
    }

    private static byte[] read(String name) throws Exception {
        return Files.readAllBytes(folder.resolve(name));
    }

    private static X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) factory.generateCertificate(
            new ByteArrayInputStream(read(name)));
    }

    private static CRL list(String name) throws Exception {
        return factory.generateCRL(new ByteArrayInputStream(read(name)));
    }

    private static String part(String subject, String type) throws Exception {
        for (Rdn found : new LdapName(subject).getRdns()) {
            if (found.getType().equals(type)) {
                return found.getValue().toString();
            }
        }
        return "";
    }
}
